import { createApiKey } from '#persistence';
import { createTestProject } from '#testing';

import { tellWorld, type ToldPerson } from '../testing/tell-world.js';
import { useGateway } from '../testing/use-gateway.js';

const filters = { properties: { type: 'AND', values: [{ type: 'person', key: 'email', operator: 'is_set' }] } };

describe('POST cohorts/membership/', () => {
  const test = useGateway();
  let persons: Record<'ann' | 'bob' | 'dora', ToldPerson>;
  let list: number;
  let dynamic: number;

  beforeAll(async () => {
    persons = await tellWorld(test.database.database, test.project, {
      ann: { distinctIds: ['ann', 'a2'] },
      bob: {},
      dora: {},
    });
    const ids = [persons.ann.uuid, persons.bob.uuid];
    list = (await test.create({ name: 'List', is_static: true, _create_static_person_ids: ids })).id;
    dynamic = (await test.create({ name: 'Dynamic', filters })).id;
  });

  const lookup = (body: unknown) => test.call('POST', 'cohorts/membership/', body);
  const resultsOf = async (...distinct_ids: string[]) => {
    const { status, body } = await lookup({ distinct_ids });
    expect(status).toBe(200);
    return body['results'] as Record<string, number[]>;
  };
  const patch = (id: number, body: object) => test.call('PATCH', `cohorts/${id}/`, body);

  it('tells of every distinct id which cohorts hold its person', async () => {
    expect(await resultsOf('ann', 'a2', 'bob', 'dora', 'nobody', '__proto__', 'ann')).toEqual(
      Object.fromEntries([
        ['ann', [list]],
        ['a2', [list]],
        ['bob', [list]],
        ['dora', []],
        ['nobody', []],
        ['__proto__', []],
      ]),
    );
  });

  it('tells only of the cohorts asked for', async () => {
    const { body } = await lookup({ distinct_ids: ['ann'], cohort_ids: [dynamic, list, 999_999] });
    expect(body).toEqual({ results: { ann: [list] } });
    expect((await lookup({ distinct_ids: ['ann'], cohort_ids: [dynamic] })).body).toEqual({ results: { ann: [] } });
  });

  it('follows a first version, an edit of a list, a delete and a restore at once', async () => {
    await test.calculate(dynamic, [persons.ann.ordinal, persons.dora.ordinal]);
    expect(await resultsOf('ann', 'dora')).toEqual({ ann: [list, dynamic], dora: [dynamic] });
    await test.call('PATCH', `cohorts/${list}/add_persons_to_static_cohort/`, { person_ids: [persons.dora.uuid] });
    expect(await resultsOf('dora')).toEqual({ dora: [list, dynamic] });
    await patch(list, { deleted: true });
    await patch(dynamic, { deleted: true });
    expect(await resultsOf('ann', 'dora')).toEqual({ ann: [], dora: [] });
    await patch(list, { deleted: false });
    await patch(dynamic, { deleted: false });
    expect(await resultsOf('ann', 'dora')).toEqual({ ann: [list], dora: [list] });
    await test.calculate(dynamic, [persons.bob.ordinal]);
    expect(await resultsOf('ann', 'bob')).toEqual({ ann: [list], bob: [list, dynamic] });
  });

  it('knows nothing of other projects', async () => {
    const other = await createTestProject(test.database.database);
    const url = `/api/projects/${other.id}/cohorts/membership/`;
    expect((await test.callAs(other.apiKey, 'POST', url, { distinct_ids: ['ann'] })).body).toEqual({
      results: { ann: [] },
    });
  });

  it('needs cohort:read and person:read', async () => {
    for (const scope of ['cohort:read', 'person:read']) {
      const { pool } = test.database.database;
      const { key } = await createApiKey(pool, { scopes: [scope], projectIds: [test.project.id], label: scope });
      const url = `/api/projects/${test.project.id}/cohorts/membership/`;
      expect((await test.callAs(key, 'POST', url, { distinct_ids: ['ann'] })).status).toBe(403);
    }
  });

  it.each<[unknown, string, string]>([
    [{}, 'distinct_ids', 'required'],
    [{ distinct_ids: null }, 'distinct_ids', 'null'],
    [{ distinct_ids: 'ann' }, 'distinct_ids', 'not_a_list'],
    [{ distinct_ids: [] }, 'distinct_ids', 'empty'],
    [{ distinct_ids: ['ann', 7] }, 'distinct_ids__1', 'invalid'],
    [{ distinct_ids: Array.from({ length: 1001 }, () => 'ann') }, 'distinct_ids', 'max_length'],
    [{ distinct_ids: ['ann'], cohort_ids: 'all' }, 'cohort_ids', 'not_a_list'],
    [{ distinct_ids: ['ann'], cohort_ids: [1, '2'] }, 'cohort_ids__1', 'invalid'],
    [{ distinct_ids: ['ann'], cohort_ids: [0] }, 'cohort_ids__0', 'invalid'],
  ])('refuses %j', async (body, attr, code) => {
    const answer = await lookup(body);
    expect([answer.status, answer.body['attr'], answer.body['code']]).toEqual([400, attr, code]);
  });
});

describe('GET persons/:uuid/cohorts/', () => {
  const test = useGateway();

  it("describes the person's cohorts, under PostHog's path too", async () => {
    const { ann, gone } = await tellWorld(test.database.database, test.project, { ann: {}, gone: { isGone: true } });
    const { id } = await test.create({ name: 'List', is_static: true, _create_static_person_ids: [ann.uuid] });
    const other = await test.create({ name: 'Dynamic', filters });
    await test.calculate(other.id, [ann.ordinal, ann.ordinal + 7]);
    const expected = {
      count: 2,
      results: [
        { id, name: 'List', count: 1, is_static: true },
        { id: other.id, name: 'Dynamic', count: 2, is_static: false },
      ],
    };
    expect((await test.call('GET', `persons/${ann.uuid}/cohorts/`)).body).toEqual(expected);
    expect((await test.call('GET', `persons/cohorts/?person_id=${ann.uuid.toUpperCase()}`)).body).toEqual(expected);
    for (const uuid of [gone.uuid, '00000000-0000-4000-8000-000000000000', 'ann']) {
      expect((await test.call('GET', `persons/${uuid}/cohorts/`)).status).toBe(404);
    }
    expect((await test.call('GET', 'persons/cohorts/')).body).toMatchObject({ code: 'required', attr: 'person_id' });
    const stranger = await createTestProject(test.database.database);
    const url = `/api/projects/${stranger.id}/persons/${ann.uuid}/cohorts/`;
    expect((await test.callAs(stranger.apiKey, 'GET', url)).status).toBe(404);
  });
});
