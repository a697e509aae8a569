import type { Database, Transaction } from '#persistence';

const MAX_INT4 = 2_147_483_647;

/** Which projects there are, and their timezones: fixed once a project has events, so a settled one is never read again. */
export class ProjectDirectory {
  private readonly settled = new Map<number, string>();

  constructor(private readonly database: Database) {}

  /** @returns those of the ids that are projects */
  async findKnown(ids: Iterable<number>): Promise<ReadonlySet<number>> {
    const wanted = new Set(ids);
    const open = [...wanted].filter((id) => !this.settled.has(id) && id <= MAX_INT4);
    const known = [...wanted].filter((id) => this.settled.has(id));
    if (open.length === 0) {
      return new Set(known);
    }
    const result = await this.database.pool.query<{ id: number }>('SELECT id FROM project WHERE id = ANY($1::int[])', [
      open,
    ]);
    return new Set([...known, ...result.rows.map((row) => row.id)]);
  }

  /** Timezones that nobody can change before the transaction ends; of projects that exist. */
  async fixTimezones(transaction: Transaction, ids: Iterable<number>): Promise<ReadonlyMap<number, string>> {
    const timezones = new Map<number, string>();
    for (const id of ids) {
      timezones.set(id, this.settled.get(id) ?? '');
    }
    const open = [...timezones.keys()].filter((id) => !this.settled.has(id));
    if (open.length > 0) {
      const result = await transaction.query<{ id: number; timezone: string }>(
        'SELECT id, timezone FROM project WHERE id = ANY($1::int[]) ORDER BY id FOR SHARE',
        [open],
      );
      for (const row of result.rows) {
        timezones.set(row.id, row.timezone);
      }
    }
    return timezones;
  }

  /** Call when events of these projects are committed. */
  settle(timezones: ReadonlyMap<number, string>): void {
    for (const [id, timezone] of timezones) {
      this.settled.set(id, timezone);
    }
  }
}
