import { createApiKey, createProject } from '#persistence';
import { useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';
import { Scene } from '../testing/scene.js';
import { tellWorld, type Told } from '../testing/tell-world.js';

describe('explaining a membership', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  const scene = (told: Told, timezone?: string) => Scene.of(gateway, database.database, told, timezone);

  beforeAll(async () => {
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
  });
  afterAll(() => gateway.close());

  it('tells of every node whether she matches, and of every condition why', async () => {
    const stage = await scene({ properties: { plan: 'pro', age: null } });
    const plan = { type: 'person', key: 'plan', operator: 'exact', value: 'pro' };
    const age = { type: 'person', key: 'age', operator: 'is_set' };
    const explanation = await stage.explain({
      type: 'AND',
      values: [
        { type: 'OR', values: [plan, { ...plan, value: 'team' }] },
        { type: 'AND', values: [age, { ...plan, key: 'city', negation: true }] },
      ],
    });
    const leaf = (path: string, json: object, rest: object) => ({
      path: `filters__properties__values__${path}`,
      negation: false,
      until: null,
      until_searched_to: null,
      ...json,
      ...rest,
    });
    expect(explanation).toEqual({
      person: stage.ann.uuid,
      at: expect.stringMatching(/^2024-03-15T12:/) as string,
      matched: false,
      tree: {
        type: 'AND',
        matched: false,
        values: [
          {
            type: 'OR',
            matched: true,
            values: [
              leaf('0__values__0', plan, { matched: true, evidence: { value: 'pro', is_there: true } }),
              leaf('0__values__1', plan, {
                value: 'team',
                matched: false,
                evidence: { value: 'pro', is_there: true },
              }),
            ],
          },
          {
            type: 'AND',
            matched: false,
            values: [
              leaf('1__values__0', age, { matched: false, evidence: { value: null, is_there: true } }),
              leaf('1__values__1', plan, {
                key: 'city',
                negation: true,
                matched: true,
                evidence: { value: null, is_there: false },
              }),
            ],
          },
        ],
      },
    });
  });

  it('shows her distinct ids, and the members of another cohort as stored', async () => {
    const stage = await scene({ distinctIds: ['ann', 'a-device'] });
    const { pool } = database.database;
    const id = await stage.create({ type: 'AND', values: [{ type: 'person', key: 'x', operator: 'is_set' }] });
    await pool.query('UPDATE cohort SET version = 3 WHERE id = $1', [id]);
    await pool.query(
      `INSERT INTO cohort_chunk (project_id, cohort_id, chunk, cardinality, revision, bitmap)
       SELECT $1, $2, 0, 1, 1, bitmap FROM person_presence WHERE project_id = $1 AND kind = 'born'`,
      [stage.project.id, id],
    );
    const member = { type: 'cohort', key: 'id', value: id };
    expect(await stage.leaf({ ...member, negation: true })).toMatchObject({
      matched: false,
      evidence: { cohort_id: id, name: 'explained', version: 3, is_member: true },
      until: null,
      until_searched_to: null,
    });
    expect(await stage.leaf({ type: 'person', key: 'distinct_id', operator: 'exact', value: 'ann' })).toMatchObject({
      matched: true,
      evidence: { distinct_ids: ['a-device', 'ann'], total: 2 },
    });
  });

  it('answers for a distinct id, and for a cohort without criteria', async () => {
    const stage = await scene({ distinctIds: ['ann', 'a/b&c'] });
    expect(await stage.explain(undefined, `distinct_id=${encodeURIComponent('a/b&c')}`)).toEqual({
      person: stage.ann.uuid,
      at: expect.any(String) as string,
      matched: false,
      tree: null,
    });
  });

  it('is refused when nothing can be explained', async () => {
    const stage = await scene({});
    const { pool } = database.database;
    const { gone } = await tellWorld(database.database, stage.project, { gone: { isGone: true } });
    const id = await stage.create();
    const refusal = async (path: string, key?: string) => {
      const { status, body } = await stage.call('GET', path, undefined, key);
      return [status, body['attr'], body['detail']];
    };
    const path = `cohorts/${id}/explain/`;
    const one = 'Give exactly one of person (a uuid) and distinct_id.';
    expect(await refusal(path)).toEqual([400, 'person', one]);
    expect(await refusal(`${path}?person=${stage.ann.uuid}&distinct_id=ann`)).toEqual([400, 'person', one]);
    expect(await refusal(`${path}?person=ann`)).toEqual([400, 'person', 'Must be a valid UUID.']);
    expect(await refusal(`${path}?distinct_id=a&distinct_id=b`)).toEqual([
      400,
      'distinct_id',
      'This parameter is given more than once.',
    ]);
    const notFound = [404, null, 'Not found.'];
    expect(await refusal(`${path}?person=${gone.uuid}`)).toEqual(notFound);
    expect(await refusal(`${path}?distinct_id=gone`)).toEqual(notFound);
    expect(await refusal(`${path}?person=00000000-0000-4000-8000-000000000000`)).toEqual(notFound);
    expect(await refusal(`cohorts/999999/explain/?distinct_id=ann`)).toEqual(notFound);
    await pool.query('UPDATE cohort SET deleted = true WHERE id = $1', [id]);
    expect((await refusal(`${path}?distinct_id=ann`))[2]).toBe('The cohort is deleted: nobody is in it.');
    await pool.query('UPDATE cohort SET deleted = false, is_static = true WHERE id = $1', [id]);
    const [status, , detail] = await refusal(`${path}?distinct_id=ann`);
    expect([status, detail]).toEqual([400, expect.stringContaining('A static cohort is a list') as string]);
  });

  it('belongs to its project, and needs both scopes', async () => {
    const stage = await scene({});
    const { pool } = database.database;
    const id = await stage.create();
    const other = await createProject(pool, { name: 'Other' });
    const everywhere = await createApiKey(pool, { scopes: ['cohort:read', 'person:read'] });
    const foreign = `/api/projects/${other.id}/cohorts/${id}/explain/?person=${stage.ann.uuid}`;
    expect((await gateway.call(foreign, { key: everywhere.key })).status).toBe(404);
    for (const [has, lacks] of [
      ['cohort:read', 'person:read'],
      ['person:read', 'cohort:read'],
    ] as const) {
      const { key } = await createApiKey(pool, { scopes: [has] });
      const { body } = await stage.call('GET', `cohorts/${id}/explain/?person=${stage.ann.uuid}`, undefined, key);
      expect(body['detail']).toBe(`API key missing required scope '${lacks}'`);
    }
  });
});
