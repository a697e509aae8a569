import { createProject } from '#persistence';
import { createTestProject, eventually, type TestProject, useDatabase } from '#testing';

import { GatewayFixture } from '../testing/gateway-fixture.js';

const AT = 'filters__properties__values__0';
const PERSON = { type: 'person', key: 'email', operator: 'is_set' };
const WINDOW = { time_value: 7, time_interval: 'day' };
const action = (key: number) => ({
  type: 'behavioral',
  key,
  value: 'performed_event',
  event_type: 'actions',
  ...WINDOW,
});
const sequence = (seq_event: number) => ({
  ...action(1),
  key: 'view',
  event_type: 'events',
  value: 'performed_event_sequence',
  seq_event,
  seq_event_type: 'actions',
  seq_time_value: 1,
  seq_time_interval: 'day',
});
const cohort = (value: unknown) => ({ type: 'cohort', key: 'id', value });

describe('a definition that names other things of the project', () => {
  const database = useDatabase();
  let gateway: GatewayFixture;
  let project: TestProject;
  let actionId: number;
  let foreignAction: number;
  let foreignCohort: number;

  const insertAction = async (projectId: number) => {
    const { rows } = await database.database.pool.query<{ id: number }>(
      `INSERT INTO action (project_id, name, steps) VALUES ($1, 'a', '[{"event": "view"}]') RETURNING id`,
      [projectId],
    );
    return rows[0]!.id;
  };
  const insertCohort = async (projectId: number, change: { type?: string | null; deleted?: boolean } = {}) => {
    const { rows } = await database.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, cohort_type, deleted) VALUES ($1, 'c', $2, $3) RETURNING id`,
      [projectId, change.type ?? null, change.deleted ?? false],
    );
    return rows[0]!.id;
  };
  const create = (...values: unknown[]) =>
    gateway.call(`/api/projects/${project.id}/cohorts/`, {
      method: 'POST',
      key: project.apiKey,
      body: { name: 'named', filters: { properties: { type: 'AND', values } } },
    });
  const stored = async () => {
    const { rows } = await database.database.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM cohort WHERE project_id = $1',
      [project.id],
    );
    return rows[0]?.count;
  };

  beforeAll(async () => {
    project = await createTestProject(database.database);
    const other = await createProject(database.database.pool, { name: 'Other' });
    actionId = await insertAction(project.id);
    foreignAction = await insertAction(other.id);
    foreignCohort = await insertCohort(other.id);
    gateway = await GatewayFixture.start({ databaseUrl: database.url, brokers: ['127.0.0.1:1'], topicPrefix: '' });
  });
  afterAll(() => gateway.close());

  it('is refused when an action is not there', async () => {
    const before = await stored();
    for (const [leaf, field] of [
      [action(999_999), 'key'],
      [action(foreignAction), 'key'],
      [sequence(foreignAction), 'seq_event'],
    ] as const) {
      const { status, body } = await create(leaf);
      expect({ status, attr: body['attr'] }).toEqual({ status: 400, attr: `${AT}__${field}` });
      expect(body['detail']).toMatch(/^There is no action with id \d+ in this project\.$/);
    }
    expect(await stored()).toBe(before);
    expect((await create(action(actionId), sequence(actionId))).status).toBe(201);
  });

  it('is refused when a cohort is not there, in PostHog’s words', async () => {
    const before = await stored();
    for (const id of [2_147_483_647, foreignCohort]) {
      const { status, body } = await create(PERSON, cohort(id));
      expect({ status, ...body }).toEqual({
        status: 400,
        type: 'validation_error',
        code: 'invalid',
        detail: 'Invalid Cohort ID in filter',
        attr: 'filters__properties__values__1__value',
      });
    }
    expect(await stored()).toBe(before);
  });

  it('may name a deleted cohort, as in PostHog', async () => {
    expect((await create(cohort(await insertCohort(project.id, { deleted: true })))).status).toBe(201);
  });

  it('is realtime only when all cohorts that it names are', async () => {
    const realtime = await insertCohort(project.id, { type: 'realtime' });
    const other = await insertCohort(project.id);
    const typeOf = async (...values: unknown[]) => (await create(...values)).body['cohort_type'];
    expect(await typeOf(PERSON, cohort(realtime))).toBe('realtime');
    expect(await typeOf(cohort(realtime), cohort(other))).toBeNull();
    expect(await typeOf(PERSON, action(actionId))).toBeNull();
  });

  it('waits for whoever changes the cohorts of the project, and then sees the change', async () => {
    const named = await insertCohort(project.id, { type: 'realtime' });
    const { pool } = database.database;
    const writer = await pool.connect();
    try {
      await writer.query('BEGIN');
      await writer.query('SELECT number FROM live_set WHERE project_id = $1 FOR UPDATE', [project.id]);
      await writer.query('UPDATE cohort SET cohort_type = NULL WHERE id = $1', [named]);
      const created = create(cohort(named));
      await eventually(async () => {
        const { rows } = await pool.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows).toHaveLength(1);
      });
      await writer.query('COMMIT');
      expect((await created).body['cohort_type']).toBeNull();
    } finally {
      writer.release();
    }
  });
});
