import { createTestProject } from '#testing';

import { useGateway } from '../testing/use-gateway.js';

const condition = (key: string, rest = {}) => ({ type: 'person', key, operator: 'is_set', ...rest });
const filtersOf = (...values: unknown[]) => ({ properties: { type: 'AND', values } });
const reference = (id: number | string) => ({ type: 'cohort', key: 'id', value: id });
const EVENT = {
  type: 'behavioral',
  key: 'signup',
  value: 'performed_event',
  event_type: 'events',
  time_value: 3,
  time_interval: 'day',
};
const FROZEN = 'Editing the criteria of a static cohort is not supported yet. Create a new static cohort instead.';

describe('an edit that may not be', () => {
  const test = useGateway();
  const patch = (id: number, body: unknown) => test.call('PATCH', `cohorts/${id}/`, body);

  it.each<[string, unknown, string, string, string | null]>([
    ['null name', { name: null }, 'null', 'This field may not be null.', 'name'],
    ['blank name', { name: ' ' }, 'blank', 'This field may not be blank.', 'name'],
    [
      'long name',
      { name: 'x'.repeat(401) },
      'max_length',
      'Ensure this field has no more than 400 characters.',
      'name',
    ],
    ['description', { description: null }, 'null', 'This field may not be null.', 'description'],
    ['is_static', { is_static: 'yes' }, 'invalid', 'Must be a valid boolean.', 'is_static'],
    ['deleted', { deleted: 1 }, 'invalid', 'Must be a valid boolean.', 'deleted'],
    [
      'no properties',
      { filters: {} },
      'invalid',
      "Must contain a 'properties' key with type and values",
      'filters__detail',
    ],
    [
      'null filters',
      { filters: null },
      'invalid',
      "Must contain a 'properties' key with type and values",
      'filters__detail',
    ],
    [
      'unknown reference',
      { filters: filtersOf(reference(2_000_000)) },
      'invalid',
      'Invalid Cohort ID in filter',
      'filters__properties__values__0__value',
    ],
    ['groups', { groups: {} }, 'invalid', 'Groups must be a list of cohort group definitions.', 'groups'],
    ['type', { cohort_type: 'nope' }, 'invalid_choice', '"nope" is not a valid choice.', 'cohort_type'],
    [
      'other type',
      { cohort_type: 'analytical' },
      'invalid',
      "Cohort type 'analytical' does not match the filters. Expected type: 'person_property'",
      'cohort_type',
    ],
    [
      'query',
      { query: { kind: 'HogQLQuery' } },
      'invalid',
      'Cannot create a dynamic cohort with a query. Set is_static to true.',
      null,
    ],
    [
      'query kind',
      { query: { kind: 'EventsQuery' } },
      'invalid',
      'Query must be an ActorsQuery or HogQLQuery. Got: EventsQuery',
      'query',
    ],
    ['query form', { query: 'x' }, 'invalid', 'Query must be a dictionary.', 'query'],
    [
      'both',
      { query: { kind: 'HogQLQuery' }, filters: filtersOf(EVENT) },
      'invalid',
      'Cannot set both query and filters at the same time.',
      null,
    ],
    ['list body', [], 'invalid', 'Invalid data. Expected a dictionary, but got list.', null],
  ])('refuses %s and stores nothing', async (_, body, code, detail, attr) => {
    const cohort = await test.create({ name: 'a', filters: filtersOf(condition('email')) });
    const answer = await patch(cohort.id, body);
    expect([answer.status, answer.body]).toEqual([400, { type: 'validation_error', code, detail, attr }]);
    expect((await test.call('GET', `cohorts/${cohort.id}/`)).body).toEqual(cohort);
    expect(await test.messagesOf(cohort.id)).toHaveLength(1);
  });

  it('refuses loops, through others too, and takes diamonds', async () => {
    const [a, b, c] = [
      await test.create({ name: 'a', filters: filtersOf(EVENT) }),
      await test.create({ name: 'b', filters: filtersOf(EVENT) }),
      await test.create({ name: 'c', filters: filtersOf(EVENT) }),
    ];
    expect((await patch(b.id, { filters: filtersOf(reference(a.id)) })).status).toBe(200);
    expect((await patch(c.id, { filters: filtersOf(reference(a.id), reference(String(b.id))) })).status).toBe(200);
    for (const target of [a.id, b.id, c.id]) {
      const answer = await patch(a.id, { filters: filtersOf(reference(target)) });
      const detail = 'Cohorts cannot reference other cohorts in a loop.';
      expect([answer.status, answer.body]).toMatchObject([400, { detail, attr: null }]);
    }
  });

  it('makes no loop of two edits that race', async () => {
    for (let round = 0; round < 5; round++) {
      const a = await test.create({ name: 'a' });
      const b = await test.create({ name: 'b' });
      const answers = await Promise.all([
        patch(a.id, { filters: filtersOf(reference(b.id)) }),
        patch(b.id, { filters: filtersOf(reference(a.id)) }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    }
  });

  it('freezes the criteria of a static cohort, but nothing else of it', async () => {
    const filters = filtersOf(condition('email'));
    const cohort = await test.create({ name: 's', is_static: true, filters });
    for (const body of [{ filters: filtersOf(EVENT) }, { filters: {} }, { filters: null }]) {
      const answer = await patch(cohort.id, body);
      expect(answer.body).toEqual({ type: 'validation_error', code: 'invalid', detail: FROZEN, attr: null });
    }
    const renamed = await patch(cohort.id, { name: 'renamed', filters });
    expect(renamed.body).toMatchObject({ name: 'renamed', pending_version: 1 });
    const empty = await test.create({ name: 'e', is_static: true });
    expect((await patch(empty.id, { filters: {} })).status).toBe(200);
    expect((await patch(empty.id, { filters })).body['detail']).toBe(FROZEN);
    expect((await patch(empty.id, { groups: [{ event_id: 'a' }] })).body['detail']).toBe(FROZEN);
  });

  it('knows no cohort of another project', async () => {
    const other = await createTestProject(test.database.database);
    const cohort = await test.create({ name: 'a' });
    const url = `/api/projects/${other.id}/cohorts/${cohort.id}/`;
    const answer = await test.callAs(other.apiKey, 'PATCH', url, { name: null });
    expect([answer.status, answer.body['detail']]).toEqual([404, 'Not found.']);
    for (const id of [2_147_483_648, 0, 'x', '1e3']) {
      expect((await test.call('PATCH', `cohorts/${id}/`, {})).status).toBe(404);
    }
  });
});
