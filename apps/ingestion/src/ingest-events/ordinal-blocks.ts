import type { Database } from '#persistence';

/** Reserved at once at least; what a process does not use is lost when it ends, and gaps cost little in a bitmap. */
const MIN_BLOCK = 64;

const SQL = `
  UPDATE person_counter SET next_ordinal = next_ordinal + $2 WHERE project_id = $1
  RETURNING next_ordinal - $2 AS first`;

/** Ordinals for new persons, dense inside each project; never given twice, whatever rolls back or dies. */
export class OrdinalBlocks {
  private readonly free = new Map<number, number[]>();

  constructor(private readonly database: Database) {}

  /** Reserves in a short transaction of its own: the counter's row is never locked while a batch works. */
  async take(projectId: number, count: number): Promise<number[]> {
    const free = this.free.get(projectId) ?? [];
    this.free.set(projectId, free);
    // Another batch may take some while this one waits for the database.
    while (free.length < count) {
      free.push(...(await this.reserve(projectId, Math.max(MIN_BLOCK, count - free.length))));
    }
    return free.splice(0, count);
  }

  /** For ordinals whose transaction surely did not commit. */
  giveBack(projectId: number, ordinals: readonly number[]): void {
    this.free.get(projectId)?.unshift(...ordinals);
  }

  private async reserve(projectId: number, count: number): Promise<number[]> {
    const result = await this.database.pool.query<{ first: number }>(SQL, [projectId, count]);
    const first = result.rows[0]?.first;
    if (first === undefined) {
      throw new Error(`project ${projectId} has no person counter`);
    }
    return Array.from({ length: count }, (_, index) => first + index);
  }
}
