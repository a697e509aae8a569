import type { CohortCreated } from '#contracts';
import { TOPICS } from '#contracts';
import { createApiKey, createProject } from '#persistence';
import { createTestProject, readTopic, type TestProject, useDatabase, useKafka } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

const IS_SET = { type: 'person', key: 'email', operator: 'is_set' };
const filtersOf = (...values: unknown[]) => ({ properties: { type: 'AND', values } });
const valid = { name: 'Users with Email', filters: filtersOf(IS_SET) };

describe('creating a cohort', () => {
  const database = useDatabase();
  const kafka = useKafka();
  let gateway: GatewayFixture;
  let project: TestProject;
  let path: string;

  beforeAll(async () => {
    project = await createTestProject(database.database);
    path = `/api/projects/${project.id}/cohorts/`;
    const { brokers, topicPrefix } = kafka;
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers, topicPrefix });
  });
  afterAll(() => gateway.close());

  const create = (body: unknown, headers = {}) =>
    gateway.call(path, { method: 'POST', key: project.apiKey, body, headers });
  const stored = async () => {
    const { rows } = await database.database.pool.query<{ cohorts: number; messages: number }>(
      'SELECT (SELECT count(*)::int FROM cohort) AS cohorts, (SELECT count(*)::int FROM outbox) AS messages',
    );
    return rows[0];
  };

  it('answers the cohort as the documentation shows it, and tells Kafka', async () => {
    const answer = await create({
      name: ' Users with Email ',
      description: 'All users who have provided an email address',
      is_static: false,
      filters: filtersOf(IS_SET),
      id: 4,
      created_by: 'something',
      unknown: { deep: true },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.any(Number) as number,
      name: 'Users with Email',
      description: 'All users who have provided an email address',
      groups: [],
      deleted: false,
      filters: filtersOf({ ...IS_SET, negation: false }),
      query: null,
      version: null,
      pending_version: 1,
      is_calculating: true,
      created_by: expect.objectContaining({ email: 'demo@muster.example', first_name: 'Demo' }) as object,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      last_calculation: null,
      last_backfill_person_properties_at: null,
      errors_calculating: 0,
      last_error_message: null,
      count: 0,
      last_import_total_count: null,
      last_import_unmatched_count: null,
      population: null,
      is_static: false,
      cohort_type: 'realtime',
      condition_type: { person_properties: true, behavioral: false, lifecycle: false, cohorts: false },
      experiment_set: [],
      is_live: true,
      limit_exceeded: false,
      calculation: { phase: 'waiting', progress: 0, started_at: null, attempt: 0, error: null },
    });
    const messages = await readTopic<CohortCreated>(kafka, TOPICS.cohortCreated, (read) =>
      read.some(({ value }) => value.cohort_id === answer.body['id']),
    );
    const message = messages.find(({ value }) => value.cohort_id === answer.body['id'])!;
    expect(message.key).toBe(`${project.id}:${String(answer.body['id'])}`);
    expect(message.headers).toMatchObject({ ce_type: 'cohort.created', ce_specversion: '1.0' });
    expect(message.value).toEqual({
      schema_version: 1,
      project_id: project.id,
      cohort_id: answer.body['id'],
      name: 'Users with Email',
      is_static: false,
      cohort_type: 'realtime',
      pending_version: 1,
      definition_number: 1,
      created_at: answer.body['created_at'],
      created_by_id: (answer.body['created_by'] as { id: number }).id,
    });
  });

  it('takes a cohort without criteria, and without a trailing slash', async () => {
    const answer = await gateway.call(path.slice(0, -1), {
      method: 'POST',
      key: project.apiKey,
      body: { name: 'Nobody' },
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      filters: { properties: {} },
      cohort_type: null,
      condition_type: null,
      description: '',
    });
  });

  it.each([
    ['filters__detail', {}],
    ['filters__properties__type', { properties: {} }],
    ['filters__properties__type', { properties: { values: [] } }],
    ['filters__properties__values', { properties: { type: 'OR', values: [] } }],
  ])('refuses filters without a condition, also beside groups, over which they win: %s', async (attr, filters) => {
    const before = await stored();
    for (const groups of [undefined, [], [{ event_id: 'signup' }]]) {
      const answer = await create({ name: 'Nobody', filters, groups });
      expect([answer.status, answer.body['code'], answer.body['attr']]).toEqual([400, 'invalid', attr]);
    }
    expect(await stored()).toEqual(before);
  });

  it('takes its own answer back as the body of a copy', async () => {
    const original = await create(valid);
    const copy = await create(original.body);
    expect(copy.status).toBe(201);
    expect(copy.body['id']).not.toBe(original.body['id']);
    expect(copy.body['filters']).toEqual(original.body['filters']);
  });

  it.each([
    ["Must contain a 'properties' key with type and values", { ...valid, filters: {} }],
    ['Cannot set both query and filters at the same time.', { ...valid, query: { kind: 'HogQLQuery' } }],
    [
      'Cannot create a dynamic cohort with a query. Set is_static to true.',
      { name: 'a', query: { kind: 'ActorsQuery' } },
    ],
    ['Query must be an ActorsQuery or HogQLQuery. Got: EventsQuery', { name: 'a', query: { kind: 'EventsQuery' } }],
    [
      "Cohort type 'behavioral' does not match the filters. Expected type: 'person_property'",
      { ...valid, cohort_type: 'behavioral' },
    ],
  ])('refuses in PostHog’s words: %s', async (detail, body) => {
    const answer = await create(body);
    expect(answer.body).toMatchObject({ type: 'validation_error', detail });
  });

  it('commits no cohort when its message cannot be stored', async () => {
    const { pool } = database.database;
    const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM cohort');
    await pool.query("ALTER TABLE outbox ADD CONSTRAINT refuse CHECK (payload->>'name' <> 'refused')");
    try {
      expect((await create({ ...valid, name: 'refused' })).status).toBe(500);
      const after = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM cohort');
      expect(after.rows).toEqual(rows);
    } finally {
      await pool.query('ALTER TABLE outbox DROP CONSTRAINT refuse');
    }
  });

  it('is allowed with cohort:write in this project only', async () => {
    const { pool } = database.database;
    const other = await createProject(pool, { name: 'Other' });
    const keyOf = async (scopes: string[], projectIds: number[] | null) =>
      (await createApiKey(pool, { scopes, projectIds })).key;
    const as = async (key: string | undefined, projectId: number | string = project.id) => {
      const url = `/api/projects/${projectId}/cohorts/`;
      const answer = await gateway.call(url, { method: 'POST', body: valid, ...(key === undefined ? {} : { key }) });
      return [answer.status, answer.body['code'], answer.body['detail']];
    };
    const before = await stored();
    expect(await as(undefined)).toEqual([401, 'not_authenticated', 'Authentication credentials were not provided.']);
    expect(await as('phx_unknown')).toEqual([
      401,
      'authentication_failed',
      'Personal API key found in request Authorization header is invalid.',
    ]);
    expect(await as(await keyOf(['cohort:read'], null))).toEqual([
      403,
      'permission_denied',
      "API key missing required scope 'cohort:write'",
    ]);
    expect(await as(project.apiKey, other.id)).toEqual([
      403,
      'permission_denied',
      `API key does not have access to the requested project '${other.id}'`,
    ]);
    const everywhere = await keyOf(['cohort:write'], null);
    for (const unknown of [999_999, 2_147_483_648, 99_999_999_999_999, 0, -1, 'x', '1e3']) {
      expect(await as(everywhere, unknown)).toEqual([404, 'not_found', 'Not found.']);
    }
    expect(await stored()).toEqual(before);
    expect((await as(everywhere, other.id))[0]).toBe(201);
  });
});

describe('creating a cohort while Kafka is away', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;

  // Nobody listens on port 1.
  beforeAll(async () => {
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: 'away.' });
  });
  afterAll(() => gateway.close());

  it('answers, keeps the message, and stays ready', async () => {
    const project = await createTestProject(database.database);
    const url = `/api/projects/${project.id}/cohorts/`;
    const answer = await gateway.call(url, { method: 'POST', key: project.apiKey, body: valid });
    expect(answer.status).toBe(201);
    const { rows } = await database.database.pool.query('SELECT aggregateid, published_at FROM outbox');
    expect(rows).toEqual([{ aggregateid: `${project.id}:${String(answer.body['id'])}`, published_at: null }]);
    expect((await gateway.call('/readyz')).status).toBe(200);
  });
});
