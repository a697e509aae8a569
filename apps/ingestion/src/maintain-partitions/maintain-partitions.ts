import { ADVISORY_LOCKS, type Database, type Transaction } from '#persistence';

import { type Month, neededMonths } from './month.js';

/** Attaching locks the default partition; whoever waits for that longer than this would hold up ingestion behind it. */
const LOCK_TIMEOUT_MS = 3_000;

/**
 * Makes the monthly partitions of `event` that should exist at `now`. A month whose events already lie in the default
 * partition stays there: moving them would lock ingestion out.
 * @returns the names of the partitions that were made
 */
export async function maintainPartitions(database: Database, now: Date): Promise<string[]> {
  return database.transaction(async (transaction) => {
    await transaction.query(`SELECT set_config('lock_timeout', $1, true)`, [`${LOCK_TIMEOUT_MS}ms`]);
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.maintainPartitions]);
    const missing = await withoutPartition(transaction, neededMonths(now));
    const makeable = missing.length === 0 ? [] : await withoutEvents(transaction, missing);
    for (const month of makeable) {
      await makePartition(transaction, month);
    }
    return makeable.map(({ partition }) => partition);
  });
}

async function withoutPartition(transaction: Transaction, months: readonly Month[]): Promise<Month[]> {
  const result = await transaction.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL',
    [months.map(({ partition }) => partition)],
  );
  const missing = new Set(result.rows.map(({ name }) => name));
  return months.filter(({ partition }) => missing.has(partition));
}

async function withoutEvents(transaction: Transaction, months: readonly Month[]): Promise<Month[]> {
  const result = await transaction.query<{ from: string }>(
    `SELECT DISTINCT to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-01') AS from FROM event_default`,
  );
  const taken = new Set(result.rows.map(({ from }) => from));
  return months.filter(({ from }) => !taken.has(from));
}

/** Attached, not created as a partition: that would lock the whole table instead of the default partition only. */
async function makePartition(transaction: Transaction, { partition, from, to }: Month): Promise<void> {
  await transaction.query(`CREATE TABLE ${partition} (LIKE event INCLUDING ALL)`);
  await transaction.query(
    `ALTER TABLE event ATTACH PARTITION ${partition} FOR VALUES FROM ('${from} 00:00Z') TO ('${to} 00:00Z')`,
  );
}
