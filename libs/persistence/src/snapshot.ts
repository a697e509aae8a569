import type { Database, Transaction } from './database.js';

/** Where facts are read, and how long a statement may take. */
export interface FactReader {
  readonly database: Database;
  readonly statementTimeoutMs: number;
  /** What pg_stat_activity shows of a statement that waits; default the process's own name. */
  readonly statementName?: string;
}

/** One snapshot to read and evaluate in, taken by the first statement of `work`; its statements are bounded in time. */
export async function inSnapshot<T>(
  { database, statementTimeoutMs, statementName }: FactReader,
  work: (snapshot: Transaction) => Promise<T>,
): Promise<T> {
  const name = statementName === undefined ? '' : `SET LOCAL application_name = '${statementName}';`;
  // SET takes no snapshot yet.
  return database.transaction(work, 'REPEATABLE READ', `SET LOCAL statement_timeout = ${statementTimeoutMs};${name}`);
}
