import { tellWorld } from '../testing/tell-world.js';
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

describe('editing a cohort', () => {
  const test = useGateway();
  const patch = (id: number, body: unknown) => test.call('PATCH', `cohorts/${id}/`, body);
  const numbersOf = async (id: number) => {
    const { rows } = await test.database.database.pool.query<Record<string, unknown>>(
      'SELECT version, pending_version, definition_number, is_calculating FROM cohort WHERE id = $1',
      [id],
    );
    return rows[0]!;
  };

  it.each(['PATCH', 'PUT'] as const)('%s: a rename calculates a dynamic cohort again and is told', async (method) => {
    const cohort = await test.create({ name: 'Before', filters: filtersOf(condition('email')) });
    await test.calculate(cohort.id, []);
    const answer = await test.call(method, `cohorts/${cohort.id}/`, { name: ' After ' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...cohort,
      name: 'After',
      version: 1,
      pending_version: 2,
      is_calculating: true,
      last_calculation: expect.any(String) as string,
    });
    expect(await numbersOf(cohort.id)).toMatchObject({ definition_number: 1 });
    const [, message] = await test.messagesOf(cohort.id);
    expect(message).toEqual({
      topic: 'cohort.updated',
      payload: {
        schema_version: 1,
        project_id: test.project.id,
        cohort_id: cohort.id,
        name: 'After',
        is_static: false,
        cohort_type: 'realtime',
        pending_version: 2,
        definition_number: 1,
        changed: ['name'],
        updated_at: expect.any(String) as string,
        by_id: (cohort['created_by'] as { id: number }).id,
      },
    });
  });

  it('new filters are a new definition; the same ones, in any dress, are not', async () => {
    const cohort = await test.create({ name: 'a', filters: filtersOf(condition('email')) });
    const same = await patch(cohort.id, { filters: filtersOf(condition('email', { conditionHash: 'x' })) });
    expect(same.body).toMatchObject({ pending_version: 2 });
    expect(await numbersOf(cohort.id)).toMatchObject({ definition_number: 1 });
    const other = await patch(cohort.id, { filters: filtersOf(EVENT) });
    expect(other.body).toMatchObject({
      pending_version: 3,
      filters: filtersOf({ ...EVENT, negation: false }),
      cohort_type: 'realtime',
      condition_type: { person_properties: false, behavioral: true },
    });
    expect(await numbersOf(cohort.id)).toMatchObject({ definition_number: 2 });
    const messages = await test.messagesOf(cohort.id);
    expect(messages.map(({ payload }) => payload['changed'])).toEqual([undefined, [], ['filters']]);
  });

  it.each(['PATCH', 'PUT'] as const)('%s: a whole answer sent back changes nothing', async (method) => {
    for (const body of [
      { name: 'realtime', filters: filtersOf(condition('email')) },
      { name: 'no criteria' },
      { name: 'groups', groups: [{ event_id: 'signup' }] },
      { name: 'static', is_static: true, cohort_type: 'static' },
    ]) {
      const cohort = await test.create(body);
      const answer = await test.call(method, `cohorts/${cohort.id}/`, cohort);
      expect(answer.status).toBe(200);
      const { pending_version, ...rest } = answer.body;
      expect(rest).toEqual(Object.fromEntries(Object.entries(cohort).filter(([key]) => key !== 'pending_version')));
      expect(pending_version).toBe(cohort['is_static'] === true ? 1 : 2);
    }
  });

  it('ignores read-only and unknown fields', async () => {
    const cohort = await test.create({ name: 'a' });
    const answer = await patch(cohort.id, {
      created_by: 'something',
      last_calculation: 'some random date',
      errors_calculating: 100,
      id: 1,
      count: 7,
      version: 9,
      is_calculating: false,
      unknown: {},
    });
    expect(answer.body).toEqual({ ...cohort, pending_version: 2 });
  });

  it('names the type that references give', async () => {
    const analytical = await test.create({
      name: 'x',
      filters: filtersOf({ ...EVENT, value: 'performed_event_first_time' }),
    });
    const middle = await test.create({ name: 'y', filters: filtersOf(reference(analytical.id)) });
    const outer = await test.create({ name: 'z', filters: filtersOf(reference(middle.id), condition('email')) });
    const answer = await patch(outer.id, { cohort_type: 'person_property' });
    expect(answer.body['detail']).toBe(
      "Cohort type 'person_property' does not match the filters. Expected type: 'analytical'",
    );
    expect((await patch(outer.id, { cohort_type: 'analytical' })).body).toMatchObject({ cohort_type: 'analytical' });
    expect((await patch(outer.id, { name: 'still' })).body).toMatchObject({ cohort_type: 'analytical' });
    expect((await patch(outer.id, { filters: filtersOf(condition('a')) })).body).toMatchObject({
      cohort_type: 'realtime',
    });
  });

  it('reads legacy groups as filters until filters are sent', async () => {
    const cohort = await test.create({ name: 'g', groups: [{ event_id: 'signup', days: 7 }] });
    expect(cohort['filters']).toMatchObject({
      properties: { type: 'OR', values: [{ values: [{ key: 'signup', time_value: 7 }] }] },
    });
    const other = await patch(cohort.id, { groups: [{ properties: [{ key: 'a', value: 'b' }] }] });
    expect(other.body).toMatchObject({
      filters: { properties: { values: [{ values: [{ type: 'person', key: 'a', operator: 'exact' }] }] } },
      groups: [{ properties: [{ key: 'a', value: 'b' }], days: null }],
    });
    const wrong = await patch(cohort.id, { groups: [{ properties: [{ key: 'a', operator: 'nope', value: 'b' }] }] });
    expect(wrong.body).toMatchObject({ attr: 'groups__0__properties__0__operator' });
    await patch(cohort.id, { filters: filtersOf(EVENT) });
    const ignored = await patch(cohort.id, { groups: [{ event_id: 'other' }] });
    expect(ignored.body).toMatchObject({
      filters: filtersOf({ ...EVENT, negation: false }),
      groups: [{ event_id: 'other' }],
    });
  });

  it('turns a list into criteria and back: the members of that moment stay', async () => {
    const [uuid] = await test.createPersons([{ email: 'x' }], 500);
    const cohort = await test.create({ name: 'd', filters: filtersOf(condition('email')) });
    await test.calculate(cohort.id, [500]);
    await patch(cohort.id, { name: 'running' });
    const frozen = await patch(cohort.id, { is_static: true });
    expect(frozen.body).toMatchObject({
      is_static: true,
      is_calculating: false,
      version: 3,
      pending_version: 3,
      count: 1,
    });
    expect(frozen.body).toMatchObject({ cohort_type: null, is_live: false, calculation: null });
    expect(await test.membersOf(cohort.id)).toEqual([uuid]);
    const thawed = await patch(cohort.id, { is_static: false });
    expect(thawed.body).toMatchObject({
      is_static: false,
      is_calculating: true,
      version: 3,
      pending_version: 4,
      cohort_type: 'realtime',
    });
    expect(await numbersOf(cohort.id)).toMatchObject({ definition_number: 3 });
  });

  it('makes a list of the living, a merged person as the one she became', async () => {
    const { ann, bob, gone } = await tellWorld(test.database.database, test.project, {
      ann: {},
      bob: {},
      gone: { isGone: true },
    });
    const into = 'UPDATE person SET merged_into = $3 WHERE project_id = $1 AND ordinal = $2';
    await test.database.database.pool.query(into, [test.project.id, gone.ordinal, ann.ordinal]);
    const cohort = await test.create({ name: 'd', filters: filtersOf(condition('email')) });
    await test.calculate(cohort.id, [bob.ordinal, gone.ordinal]);
    expect((await patch(cohort.id, { is_static: true })).body).toMatchObject({ count: 2 });
    expect(await test.membersOf(cohort.id)).toEqual([ann.uuid, bob.uuid].sort());
  });

  it('collapses a burst: each edit asks for a version of its own', async () => {
    const cohort = await test.create({ name: 'a', filters: filtersOf(EVENT) });
    await Promise.all(Array.from({ length: 10 }, (_, index) => patch(cohort.id, { name: `n${index}` })));
    expect(await numbersOf(cohort.id)).toMatchObject({ pending_version: 11, version: null, is_calculating: true });
    const versions = (await test.messagesOf(cohort.id)).map(({ payload }) => payload['pending_version']);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
