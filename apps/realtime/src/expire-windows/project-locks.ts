import type { PoolClient } from 'pg';

import { ADVISORY_LOCKS, type Database } from '#persistence';

const HIGH_HALF = 32n;

/**
 * Which projects this process sweeps: one process at a time each, or replicas would do the same work twice. The locks live as long as
 * their connection; whoever believes by mistake to hold one does no harm, for a sweep only asks the evaluator again.
 */
export class ProjectLocks {
  private held = new Set<number>();
  private client: PoolClient | undefined;

  constructor(private readonly database: Database) {}

  /** @returns false when another process has it */
  async hold(projectId: number): Promise<boolean> {
    const client = this.client ?? (await this.connect());
    if (this.held.has(projectId)) {
      return true;
    }
    const key = (BigInt(ADVISORY_LOCKS.sweepTime) << HIGH_HALF) + BigInt(projectId);
    try {
      const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [String(key)]);
      if (rows[0]?.ours === true) {
        this.held.add(projectId);
      }
    } catch (error) {
      this.release();
      throw error;
    }
    return this.held.has(projectId);
  }

  release(): void {
    const client = this.client;
    this.forget();
    // The connection is closed, and the locks with it.
    client?.release(true);
  }

  private async connect(): Promise<PoolClient> {
    const client = await this.database.pool.connect();
    client.on('error', () => {
      if (this.client === client) {
        this.release();
      }
    });
    this.client = client;
    return client;
  }

  private forget(): void {
    this.client = undefined;
    this.held = new Set();
  }
}
