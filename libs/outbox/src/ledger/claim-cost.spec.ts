import { TOPICS } from '#contracts';
import { eventually, useDatabase } from '#testing';

import { appendToOutbox } from '../append-messages/append-to-outbox.js';
import { OUTBOX_TABLE, type OutboxRow } from '../publish-outbox/outbox-publisher.js';
import { Ledger } from './ledger.js';
import { LEASE_POLICY } from './ledger-table.js';

const db = useDatabase();
const KEYS = 50;
const ROWS_A_KEY = 40;

/** Rows of the outbox that were looked at by its indexes so far. */
async function rowsRead(): Promise<number> {
  const { rows } = await db.database.pool.query<{ read: number }>(
    `SELECT coalesce(sum(idx_tup_read), 0)::int AS read FROM pg_stat_user_indexes WHERE relname = 'outbox'`,
  );
  return rows[0]?.read ?? 0;
}

async function commit(keys: readonly string[]): Promise<void> {
  const one = (key: string) => ({ topic: TOPICS.cohortCreated, key, projectId: 1, message: {} as never });
  await db.database.transaction((transaction) => appendToOutbox(transaction, keys.map(one)));
}

async function statisticsOfAll(): Promise<void> {
  await db.database.pool.query('SELECT pg_stat_force_next_flush()');
}

describe('the cost of a claim', () => {
  it('grows with the rows it passes over, not with their square, whatever the statistics say', async () => {
    await db.database.pool.query('ALTER TABLE outbox SET (autovacuum_enabled = false)');
    await commit(['first']);
    const mine = new Ledger<OutboxRow>(db.database, OUTBOX_TABLE, LEASE_POLICY, () => 0.5);
    const first = await mine.turn();
    await db.database.pool.query('ANALYZE outbox');
    await mine.turn({
      token: first.claim.token,
      settlement: { done: first.claim.rows.map((row) => row.position), released: [] },
    });
    await eventually(async () => {
      expect(await mine.moveFloor()).toBeGreaterThan(1n);
    });
    for (let row = 0; row < ROWS_A_KEY; row += 1) {
      await commit(Array.from({ length: KEYS }, (_, key) => `key ${key}`));
    }
    await db.database.pool.query(
      `UPDATE outbox SET not_before = now() + interval '1 hour' WHERE position IN (
         SELECT min(position) FROM outbox WHERE published_at IS NULL GROUP BY aggregateid)`,
    );
    await commit(['free']);
    await statisticsOfAll();
    const before = await rowsRead();
    const { claim } = await mine.turn();
    expect(claim.rows.map((row) => row.record_key)).toEqual(['free']);
    await eventually(async () => {
      await statisticsOfAll();
      const read = (await rowsRead()) - before;
      expect(read).toBeGreaterThanOrEqual(KEYS * ROWS_A_KEY);
      expect(read).toBeLessThan(5 * KEYS * ROWS_A_KEY);
    });
  });
});
