import { Metrics, SILENT_LOGGER } from '#observability';
import { useDatabase } from '#testing';

import { DELTA_TABLE } from '../announce-memberships/delta-row.js';
import { OUTBOX_TABLE } from '../publish-outbox/outbox-publisher.js';
import { Housekeeper } from './housekeeper.js';
import { LedgerMetrics } from './ledger-metrics.js';

const db = useDatabase();
const HOUR_MS = 3_600_000;

function housekeeper(metrics = new Metrics()): Housekeeper {
  return new Housekeeper(db.database, OUTBOX_TABLE, new LedgerMetrics(metrics, 'outbox'), SILENT_LOGGER, HOUR_MS);
}

async function insert(count: number, columns: string, values: string): Promise<void> {
  await db.database.pool.query(
    `INSERT INTO outbox (aggregatetype, aggregateid, type, payload, project_id, ${columns})
     SELECT 'cohort.created', 'a', 'cohort.created', '{}', 1, ${values} FROM generate_series(1, $1)`,
    [count],
  );
}

/** Seconds, by the clock that stamps the rows. */
async function oldestWaits(): Promise<number> {
  const { rows } = await db.database.pool.query<{ seconds: number }>(
    `SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS seconds FROM outbox
     WHERE dead_at IS NULL AND published_at IS NULL`,
  );
  return rows[0]!.seconds;
}

beforeEach(async () => {
  await db.database.pool.query('TRUNCATE outbox');
});

describe('the housekeeper', () => {
  it('removes what was told over an hour ago, in pieces, and nothing else (R08)', async () => {
    await insert(11_000, 'published_at', `now() - interval '61 minutes'`);
    await insert(2, 'published_at', `now() - interval '59 minutes'`);
    await insert(3, 'created_at', `now() - interval '2 days'`);
    await insert(1, 'created_at, dead_at', `now() - interval '2 days', now() - interval '2 days'`);
    expect(await housekeeper().purge()).toBe(11_000);
    const { rows } = await db.database.pool.query('SELECT FROM outbox');
    expect(rows).toHaveLength(6);
  });

  it('removes announced deltas of membership, and keeps those that are still to be told', async () => {
    await db.database.pool.query(
      `INSERT INTO membership_delta (project_id, cohort_id, version, chunk, revision, reason, at, entered, left_, announced_at)
       SELECT 1, 1, 1, 0, revision, 'calculation', now(), '', '', CASE WHEN revision <= 3 THEN now() - interval '61 minutes'
         WHEN revision = 4 THEN now() - interval '59 minutes' END FROM generate_series(1, 6) AS revision`,
    );
    const metrics = new LedgerMetrics(new Metrics(), 'membership_delta');
    expect(await new Housekeeper(db.database, DELTA_TABLE, metrics, SILENT_LOGGER, HOUR_MS).purge()).toBe(3);
    const { rows } = await db.database.pool.query('SELECT revision::int FROM membership_delta ORDER BY 1');
    expect(rows).toEqual([{ revision: 4 }, { revision: 5 }, { revision: 6 }]);
  });

  it('measures what waits and for how long; the dead and the told do not wait', async () => {
    const metrics = new Metrics();
    await insert(2, 'created_at', `now() - interval '90 seconds'`);
    await insert(1, 'created_at, dead_at', `now() - interval '2 days', now()`);
    await insert(1, 'created_at, published_at', `now() - interval '2 days', now()`);
    const atLeast = await oldestWaits();
    await housekeeper(metrics).measure();
    const atMost = await oldestWaits();
    const text = await metrics.registry.metrics();
    expect(text).toContain('muster_outbox_pending{ledger="outbox"} 2');
    const lag = Number(/muster_outbox_lag_seconds\{ledger="outbox"\} (\S+)/.exec(text)?.[1]);
    expect(lag).toBeGreaterThanOrEqual(atLeast);
    expect(lag).toBeLessThanOrEqual(atMost);
    await db.database.pool.query('TRUNCATE outbox');
    await housekeeper(metrics).measure();
    expect(await metrics.registry.metrics()).toContain('muster_outbox_lag_seconds{ledger="outbox"} 0');
  });
});
