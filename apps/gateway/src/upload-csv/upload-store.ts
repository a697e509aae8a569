import { randomUUID } from 'node:crypto';

import type { Pool } from 'pg';

const PIECE_BYTES = 1024 * 1024;
/** Half of the shortest silence that the sweep of csv-import can be told to allow (its `config.ts`). */
const TOUCH_MS = 10_000;

/** The pieces of one file on their way into the database, under an id that nobody refers to before it is adopted. */
export class UploadStore {
  readonly id = randomUUID();
  totalBytes = 0;
  pieces = 0;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private writing: Promise<unknown> = Promise.resolve();
  private readonly heart: NodeJS.Timeout;

  private constructor(private readonly pool: Pool) {
    this.heart = setInterval(() => {
      void this.pool
        .query('UPDATE upload SET touched_at = clock_timestamp() WHERE id = $1', [this.id])
        .catch(() => undefined);
    }, TOUCH_MS);
    this.heart.unref();
  }

  static async begin(pool: Pool, projectId: number): Promise<UploadStore> {
    const store = new UploadStore(pool);
    try {
      await pool.query('INSERT INTO upload (id, project_id) VALUES ($1, $2)', [store.id, projectId]);
    } catch (error) {
      clearInterval(store.heart);
      throw error;
    }
    return store;
  }

  /** Stores whole pieces; one is on its way while the next is filled. */
  async append(bytes: Buffer): Promise<void> {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= PIECE_BYTES) {
      await this.flush();
    }
  }

  /** Waits until everything is stored. */
  async end(): Promise<void> {
    if (this.waitingBytes > 0) {
      await this.flush();
    }
    await this.writing;
  }

  /** No more signs of life: it is adopted, or the sweep may have it. */
  close(): void {
    clearInterval(this.heart);
  }

  /** Lets the file go. A gateway that dies before this leaves it to the sweep. */
  async discard(): Promise<void> {
    this.close();
    await this.writing.catch(() => undefined);
    await this.pool.query('DELETE FROM upload WHERE id = $1 AND NOT is_adopted', [this.id]);
  }

  private async flush(): Promise<void> {
    const piece = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    await this.writing;
    const number = this.pieces;
    this.pieces += 1;
    this.totalBytes += piece.length;
    this.writing = this.pool.query('INSERT INTO upload_piece (upload_id, number, bytes) VALUES ($1, $2, $3)', [
      this.id,
      number,
      piece,
    ]);
    // It is awaited before the next one, and at the end.
    this.writing.catch(() => undefined);
  }
}
