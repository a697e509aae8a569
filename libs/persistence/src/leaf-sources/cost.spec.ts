import { BEHAVIORS, bitmapOf, parseFilters } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import type { Transaction } from '../database.js';
import { evaluateInProject } from './evaluate-in-project.js';

const PERSONS = 20_000;
const EVENTS_EACH = 5;
const WITHIN = 20;
/** A row may be read by a few statements (its values matched, then compared) and by bitmap scans that look again. */
const READS_A_ROW = 6;

const AT = new Date('2026-02-15T12:00:00Z');
const buy = (value: string, rest: object) => ({ type: 'behavioral', key: 'buy', event_type: 'events', value, ...rest });
const filtered = { event_filters: [{ type: 'event', key: 'sku', operator: 'regex', value: '^a' }] };

const LEAVES: readonly [string, object | readonly object[]][] = [
  ['person', { type: 'person', key: 'plan', operator: 'exact', value: 'pro' }],
  ['person by pattern', { type: 'person', key: 'plan', operator: 'regex', value: '^p' }],
  [
    'person by many patterns on one key',
    Array.from({ length: 50 }, (_, index) => ({
      type: 'person',
      key: 'plan',
      operator: 'not_regex',
      value: `x${index}`,
    })),
  ],
  ['person by date', { type: 'person', key: 'seen', operator: 'is_date_after', value: '-30d' }],
  ['distinct_id', { type: 'person', key: 'distinct_id', operator: 'icontains', value: 'd1' }],
  ['person_metadata', { type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '-30d' }],
  ['event filters', buy('performed_event', { time_value: 30, time_interval: 'day', ...filtered })],
  ...Object.entries(BEHAVIORS).map(([name, { example }]): [string, object] => [name, buy(name, example.fields)]),
];

describe('within few persons the work is small', () => {
  const test = useDatabase();
  let projectId: number;

  beforeAll(async () => {
    projectId = (await createTestProject(test.database)).id;
    const { pool } = test.database;
    // A vacuum, now or while rows are still coming, would let index-only scans read rows that the statistics do not count.
    for (const table of ['person', 'person_distinct_id', 'event_default']) {
      await pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
    }
    await pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
       SELECT $1, n, gen_random_uuid(), jsonb_build_object('plan', 'p' || n % 7, 'seen', '2026-02-' || lpad((n % 28 + 1)::text, 2, '0')),
         timestamptz '2026-02-15' - n * interval '1 minute' FROM generate_series(0, $2::int - 1) AS n`,
      [projectId, PERSONS],
    );
    await pool.query(
      "INSERT INTO person_distinct_id (project_id, distinct_id, ordinal) SELECT $1, 'd' || n, n FROM generate_series(0, $2::int - 1) AS n",
      [projectId, PERSONS],
    );
    await pool.query(
      `INSERT INTO event (project_id, uuid, event, ordinal, distinct_id, "timestamp", properties)
       SELECT $1, gen_random_uuid(), CASE WHEN k % 5 = 4 THEN 'renew' ELSE 'buy' END, n, 'd' || n,
         timestamptz '2026-02-15' - (n % 50 + k * 7) * interval '1 day', jsonb_build_object('sku', chr(97 + n % 5))
       FROM generate_series(0, $2::int - 1) AS n, generate_series(0, $3::int - 1) AS k`,
      [projectId, PERSONS, EVENTS_EACH],
    );
    await pool.query('ANALYZE person, person_distinct_id, event, event_default');
  }, 120_000);

  it.each(LEAVES)('%s', async (_name, leaves) => {
    const within = Array.from({ length: WITHIN }, (_, index) => index * 997);
    const { tree } = parseFilters({ properties: { type: 'AND', values: [leaves].flat() } });
    const rowsRead = await test.database.transaction(async (transaction) => {
      // What this connection read in the last second is still in the counts: they are told once a second.
      const before = await readSoFar(transaction);
      const question = { projectId, timezone: 'UTC', at: AT, within: bitmapOf(within) };
      await evaluateInProject(transaction, [tree], question);
      return (await readSoFar(transaction)) - before;
    });
    expect(rowsRead).toBeGreaterThan(0);
    expect(rowsRead).toBeLessThanOrEqual(WITHIN * EVENTS_EACH * READS_A_ROW);
  });
});

async function readSoFar(transaction: Transaction): Promise<number> {
  const result = await transaction.query<{ rows: string | null }>(
    `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS rows FROM pg_stat_xact_user_tables
     WHERE relname = 'person' OR relname = 'person_distinct_id' OR relname LIKE 'event%'`,
  );
  return Number(result.rows[0]?.rows ?? 0);
}
