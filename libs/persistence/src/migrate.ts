import { ADVISORY_LOCKS } from './advisory-locks.js';
import { Database } from './database.js';

/** Brings the schema up to date. Safe to run from several processes at once: the first migrates, the others wait and find nothing to do. */
export async function migrate(databaseUrl: string): Promise<void> {
  const database = await Database.connect({ url: databaseUrl, poolSize: 2, applicationName: 'muster-migrate' });
  const client = await database.pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migrate]);
    await database.dataSource.runMigrations({ transaction: 'all' });
  } finally {
    // Ending the session frees the lock, also when the unlock itself could not be sent.
    client.release(true);
    await database.close();
  }
}

/** Whether this build's migrations are all applied; an app is not ready before. */
export async function isMigrated(database: Database): Promise<boolean> {
  return !(await database.dataSource.showMigrations());
}
