import type { PoolClient } from 'pg';

import type { Database, Transaction } from '#persistence';

/** One connection for a whole import, because its table of emails lives in it. */
export class ImportSession implements AsyncDisposable {
  private broken = false;

  private constructor(readonly client: PoolClient) {}

  static async open(database: Database): Promise<ImportSession> {
    const client = await database.pool.connect();
    const session = new ImportSession(client);
    // A checked-out client's errors are not forwarded to the pool (node-postgres#1790); the failed query reports them.
    client.on('error', session.onError);
    return session;
  }

  private readonly onError = (): void => {
    this.broken = true;
  };

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    await this.client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    try {
      const result = await work(this.client);
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(this.onError);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The table of emails must not reach the next import of this connection.
    await this.client.query('DROP TABLE IF EXISTS pg_temp.csv_email').catch(this.onError);
    this.client.off('error', this.onError);
    this.client.release(this.broken);
  }
}
