import type { Database, Transaction } from '#persistence';

/** What pg_stat_activity shows of a statement that a calculation is waiting for. */
const RUN_NAME = 'calculator:run';

/** A snapshot to read and evaluate in: its statements are bounded in time, and can be told from others in pg_stat_activity. */
export async function snapshotTransaction<T>(
  database: Database,
  statementTimeoutMs: number,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    // SET takes no snapshot yet.
    await transaction.query(
      `SET LOCAL statement_timeout = ${statementTimeoutMs}; SET LOCAL application_name = '${RUN_NAME}'`,
    );
    return work(transaction);
  }, 'REPEATABLE READ');
}
