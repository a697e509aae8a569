import { eventually, startService, useStack } from '#testing';

import { Crowd, GROUPS } from '../support/crowd.js';

const COHORTS = 1_000;
const REPLICAS = 3;
const WORKERS = 1;
const POOL = 3;

describe('a thousand cohorts are due and three calculators share them', () => {
  const stack = useStack([], {
    CALCULATOR_WORKERS: String(WORKERS),
    DATABASE_POOL_SIZE: String(POOL),
    CALCULATOR_SCHEDULE_EVERY_MS: '200',
  });

  /** Every tenth refers to the one before it. */
  async function createDueCohorts(): Promise<void> {
    await stack.database.pool.query(
      `INSERT INTO cohort (project_id, name, filters, version, pending_version, last_calculation)
       SELECT $1, 'cohort ' || n, jsonb_build_object('properties', jsonb_build_object('type', 'AND', 'values', jsonb_build_array(
           jsonb_build_object('type', 'person', 'key', 'group', 'operator', 'exact', 'value', n % $3)))),
         1, 1, now() - interval '1 hour' - n * interval '1 second'
       FROM generate_series(1, $2::int) AS n`,
      [stack.project.id, COHORTS, GROUPS],
    );
    await stack.database.pool.query(
      `UPDATE cohort SET filters = jsonb_build_object('properties', jsonb_build_object('type', 'AND', 'values', jsonb_build_array(
         jsonb_build_object('type', 'cohort', 'key', 'id', 'value', id - 1)))) WHERE id % 10 = 0`,
    );
  }

  /** Statements of the calculators that are running at this instant: of calculations, and all. */
  async function running(): Promise<{ runs: number; all: number }> {
    const { rows } = await stack.database.pool.query<{ runs: number; all: number }>(
      `SELECT (count(*) FILTER (WHERE application_name = 'calculator:run'))::int AS runs, count(*)::int AS all
       FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'calculator%' AND state = 'active'`,
    );
    return rows[0]!;
  }

  it('each is calculated once, and the database never does more at once than is configured', async () => {
    await new Crowd(stack.database, stack.project.id, 5_000).load();
    await createDueCohorts();
    await Promise.all(Array.from({ length: REPLICAS }, () => startService('calculator', stack.env)));
    const seen: { runs: number; all: number }[] = [];
    await eventually(
      async () => {
        seen.push(await running());
        const { rows } = await stack.database.pool.query(
          'SELECT FROM cohort WHERE version < 2 OR is_calculating LIMIT 1',
        );
        expect(rows).toEqual([]);
      },
      { withinMs: 120_000 },
    );
    expect(seen.length).toBeGreaterThan(100);
    expect(Math.max(...seen.map(({ runs }) => runs))).toBeGreaterThan(0);
    expect(Math.max(...seen.map(({ runs }) => runs))).toBeLessThanOrEqual(REPLICAS * WORKERS);
    expect(Math.max(...seen.map(({ all }) => all))).toBeLessThanOrEqual(REPLICAS * POOL);

    const { rows: cohorts } = await stack.database.pool.query(
      'SELECT version, count, errors_calculating FROM cohort WHERE version <> 2 OR pending_version <> 2 OR count <> 250',
    );
    expect(cohorts).toEqual([]);
    const { rows: runs } = await stack.database.pool.query(
      `SELECT state, max(attempt) AS attempts, count(*)::int, count(DISTINCT cohort_id)::int AS cohorts FROM calculation GROUP BY state`,
    );
    expect(runs).toEqual([{ state: 'done', attempts: 1, count: COHORTS, cohorts: COHORTS }]);
    const { rows: told } = await stack.database.pool.query(
      "SELECT count(*)::int AS messages, count(DISTINCT aggregateid)::int AS cohorts FROM outbox WHERE type = 'cohort.calculated'",
    );
    expect(told).toEqual([{ messages: COHORTS, cohorts: COHORTS }]);
  }, 180_000);
});
