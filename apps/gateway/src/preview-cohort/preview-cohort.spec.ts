import { createApiKey, createProject } from '#persistence';
import { createTestProject, eventually, type TestProject, useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';
import { tellWorld } from '../testing/tell-world.js';

const filtersOf = (type: 'AND' | 'OR', ...values: unknown[]) => ({ properties: { type, values } });
const person = (key: string, value: unknown) => ({ type: 'person', key, operator: 'exact', value });
const did = (key: string, change: object = {}) => ({
  type: 'behavioral',
  key,
  value: 'performed_event',
  event_type: 'events',
  time_value: 1,
  time_interval: 'day',
  ...change,
});

interface Preview {
  readonly count: number;
  readonly sample: readonly { readonly uuid: string; readonly distinct_ids: string[]; readonly properties: object }[];
  readonly leaves: readonly { readonly path: string; readonly count: number }[];
  readonly at: string;
  readonly note: string | null;
  readonly duration_ms: number;
}

describe('previewing a cohort', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  const start = (env: Record<string, string> = {}) =>
    GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '', env });

  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.close());

  const ask = (project: TestProject, body: object, key = project.apiKey, asked = gateway) =>
    asked.call(`/api/projects/${project.id}/cohorts/preview/`, { method: 'POST', key, body });
  const preview = async (project: TestProject, body: object) => {
    const answer = await ask(project, body);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    return answer.body as unknown as Preview;
  };
  const names = ({ sample }: Preview) => sample.map(({ distinct_ids }) => distinct_ids[0]).sort();

  it('counts members and matches of each condition, and stores nothing', async () => {
    const project = await createTestProject(database.database);
    const persons = await tellWorld(database.database, project, {
      ann: { properties: { plan: 'pro', city: 'Rome' }, createdAt: '2024-01-03T00:00:00Z' },
      bob: { properties: { plan: 'pro' }, createdAt: '2024-01-02T00:00:00Z' },
      cid: { properties: { city: 'Rome' }, createdAt: '2024-01-01T00:00:00Z' },
      dead: { properties: { plan: 'pro', city: 'Rome' }, isGone: true },
    });
    const filters = {
      properties: {
        type: 'OR',
        values: [
          { type: 'AND', values: [person('plan', 'pro'), { ...person('city', 'Rome'), negation: true }] },
          { type: 'AND', values: [person('plan', 'none'), person('plan', 'pro')] },
        ],
      },
    };
    const answer = await preview(project, { filters });
    expect(answer).toEqual({
      count: 1,
      sample: [
        expect.objectContaining({
          uuid: persons.bob.uuid,
          id: persons.bob.uuid,
          distinct_ids: ['bob'],
          properties: { plan: 'pro' },
        }),
      ],
      leaves: [
        { path: 'filters__properties__values__0__values__0', count: 2 },
        { path: 'filters__properties__values__0__values__1', count: 1 },
        { path: 'filters__properties__values__1__values__0', count: 0 },
        { path: 'filters__properties__values__1__values__1', count: 2 },
      ],
      at: expect.stringMatching(/Z$/) as string,
      duration_ms: expect.any(Number) as number,
      note: null,
    });
    const everyone = filtersOf('AND', { ...person('plan', 'none'), negation: true });
    const limited = await preview(project, { filters: everyone, limit: 2 });
    expect([limited.count, limited.sample.map(({ uuid }) => uuid)]).toEqual([3, [persons.ann.uuid, persons.bob.uuid]]);
    expect((await preview(project, { filters: everyone, limit: 0 })).sample).toEqual([]);
    const { rows } = await database.database.pool.query(
      'SELECT 1 FROM cohort WHERE project_id = $1 UNION ALL SELECT 1 FROM outbox WHERE project_id = $1',
      [project.id],
    );
    expect(rows).toEqual([]);
  });

  it('shows ten of them unless told otherwise', async () => {
    const project = await createTestProject(database.database);
    await tellWorld(
      database.database,
      project,
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`p${index}`, { properties: { a: 1 } }])),
    );
    const { count, sample } = await preview(project, { filters: filtersOf('AND', person('a', 1)) });
    expect([count, sample.length]).toEqual([12, 10]);
  });

  it('moves windows with as_of, to the day of the project and to the instant', async () => {
    const timezone = 'America/New_York';
    const project = await createTestProject(database.database, { timezone });
    await tellWorld(
      database.database,
      { ...project, timezone },
      {
        // 23:30 on Saturday, 9 March 2024 in New York; the clock is set forward at 02:00 of the 10th.
        late: { did: [['view', '2024-03-10T04:30:00Z']] },
        // 00:30 of the 10th.
        early: { did: [['view', '2024-03-10T05:30:00Z']] },
      },
    );
    const at = async (as_of: string, leaf: object) => {
      const answer = await preview(project, { filters: filtersOf('AND', leaf), as_of });
      expect(answer.note).toContain('as_of moves the now');
      return names(answer);
    };
    const yesterday = did('view');
    // Midnight of the 11th comes at 04:00 UTC: the 10th has 23 hours. Until then "1 day" is the 9th and the 10th.
    expect(await at('2024-03-11T03:59:59.999Z', yesterday)).toEqual(['early', 'late']);
    expect(await at('2024-03-11T04:00:00Z', yesterday)).toEqual(['early']);
    expect(await at('2024-03-11', yesterday)).toEqual(['early']);
    expect(await at('2024-03-11T00:00:00', yesterday)).toEqual(['early']);
    expect(await at('2024-03-12T03:59:59Z', yesterday)).toEqual(['early']);
    expect(await at('2024-03-12T04:00:00Z', yesterday)).toEqual([]);
    // An event later today counts, one of tomorrow does not.
    expect(await at('2024-03-09T12:00:00Z', yesterday)).toEqual(['late']);
    expect(await at('2024-03-10T05:00:00Z', yesterday)).toEqual(['early', 'late']);
    // The rolling window goes by the clock on the wall: 23:30 to 23:30, 00:30 to 00:30.
    const rolling = did('view', { value: 'performed_event_multiple', operator: 'gte', operator_value: 1 });
    expect(await at('2024-03-11T03:29:59.999Z', rolling)).toEqual(['early', 'late']);
    expect(await at('2024-03-11T03:30:00Z', rolling)).toEqual(['early']);
    expect(await at('2024-03-11T04:30:00Z', rolling)).toEqual([]);
  });

  it('leaves persons, properties, merges and members of cohorts as they are today', async () => {
    const project = await createTestProject(database.database);
    const { pool } = database.database;
    await tellWorld(database.database, project, { ann: { properties: { plan: 'pro' } }, gone: { isGone: true } });
    const long = { filters: filtersOf('AND', person('plan', 'pro')), as_of: '1999-01-01' };
    const answer = await preview(project, long);
    expect([answer.count, answer.at]).toEqual([1, '1999-01-01T00:00:00.000Z']);
    const { rows } = await pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, version) VALUES ($1, 'c', 1) RETURNING id`,
      [project.id],
    );
    await pool.query(
      `INSERT INTO cohort_chunk (project_id, cohort_id, chunk, cardinality, revision, bitmap)
       SELECT $1, $2, 0, 1, 1, bitmap FROM person_presence WHERE project_id = $1 AND kind = 'born'`,
      [project.id, rows[0]!.id],
    );
    const member = { type: 'cohort', key: 'id', value: rows[0]!.id };
    expect(names(await preview(project, { ...long, filters: filtersOf('AND', member) }))).toEqual(['ann']);
  });

  it('asks as of the clock of the project', async () => {
    const project = await createTestProject(database.database);
    await database.database.pool.query("UPDATE project SET clock_offset = '-10 years' WHERE id = $1", [project.id]);
    const { at } = await preview(project, { filters: filtersOf('AND', person('a', 1)) });
    const years = (Date.now() - new Date(at).getTime()) / (365.25 * 24 * 3_600_000);
    expect(years).toBeCloseTo(10, 1);
  });

  it.each<[string, object, string, string]>([
    ['no filters', {}, 'required', 'filters'],
    ['null filters', { filters: null }, 'invalid', 'filters__detail'],
    ['a group without conditions', { filters: { properties: {} } }, 'invalid', 'filters__properties__type'],
    ['a limit of text', { limit: '5' }, 'invalid', 'limit'],
    ['a broken limit', { limit: 1.5 }, 'invalid', 'limit'],
    ['a null limit', { limit: null }, 'null', 'limit'],
    ['a negative limit', { limit: -1 }, 'min_value', 'limit'],
    ['a limit of 101', { limit: 101 }, 'max_value', 'limit'],
    ['as_of null', { as_of: null }, 'null', 'as_of'],
    ['as_of as number', { as_of: 1_700_000_000 }, 'invalid', 'as_of'],
    ['as_of relative', { as_of: '-7d' }, 'invalid', 'as_of'],
    ['as_of that does not exist', { as_of: '2024-02-30' }, 'invalid', 'as_of'],
    ['as_of before 1900', { as_of: '1899-12-31T23:59:59Z' }, 'invalid', 'as_of'],
    ['as_of after 2199', { as_of: '2200-01-01' }, 'invalid', 'as_of'],
    ['a long as_of', { as_of: '2'.repeat(65) }, 'max_length', 'as_of'],
  ])('is refused with %s', async (name, change, code, attr) => {
    const project = await createTestProject(database.database);
    const filters = name === 'no filters' ? undefined : filtersOf('AND', person('a', 1));
    const { status, body } = await ask(project, { filters, ...change });
    expect([status, body['code'], body['attr']]).toEqual([400, code, attr]);
  });

  it('sees its own project only, and needs both scopes', async () => {
    const { pool } = database.database;
    const project = await createTestProject(database.database);
    const other = await createProject(pool, { name: 'Other' });
    await tellWorld(database.database, other, { stranger: { properties: { a: 1 }, did: [['view', '2024-01-01']] } });
    const filters = filtersOf('OR', person('a', 1), { ...did('view', { explicit_datetime: '2020-01-01' }) });
    expect((await preview(project, { filters })).count).toBe(0);
    const keyOf = async (...scopes: string[]) => (await createApiKey(pool, { scopes, projectIds: [project.id] })).key;
    const details = [];
    for (const scopes of [['cohort:read'], ['person:read'], ['cohort:read', 'person:read']]) {
      const { status, body } = await ask(project, { filters }, await keyOf(...scopes));
      details.push(body['detail'] ?? status);
    }
    expect(details).toEqual([
      "API key missing required scope 'person:read'",
      "API key missing required scope 'cohort:read'",
      200,
    ]);
    expect((await ask({ ...project, id: other.id }, { filters })).status).toBe(403);
  });

  it('ends in time with a sentence when the database does not answer', async () => {
    const project = await createTestProject(database.database);
    const hurried = await start({ GATEWAY_QUESTION_TIMEOUT_MS: '200' });
    const { pool } = database.database;
    const blocker = await pool.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE person IN ACCESS EXCLUSIVE MODE');
      const { status, headers, body } = await ask(
        project,
        { filters: filtersOf('AND', person('a', 1)) },
        project.apiKey,
        hurried,
      );
      expect({ status, ...body }).toEqual({
        status: 503,
        type: 'server_error',
        code: 'timeout',
        detail: 'The answer took longer than 0.2 s. Ask for less (fewer conditions, shorter windows) or try again.',
        attr: null,
      });
      expect(headers['retry-after']).toBe('1');
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
      await hurried.close();
    }
    // Nothing is left behind: neither a statement nor a transaction.
    await eventually(async () => {
      const { rows } = await pool.query(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
      );
      expect(rows).toEqual([]);
    });
  });
});
