import type { Pool } from 'pg';

import type { LedgerTable } from './ledger-table.js';

interface Look {
  readonly xmin: string;
  readonly xmax: string;
  /** Last position handed out; null: none yet. */
  readonly last_position: string | null;
  /** Smallest open position; null: none. */
  readonly first_open: string | null;
}

/** All positions up to `position` are committed or rolled back once no transaction before `xmax` runs. */
interface Mark {
  readonly position: bigint;
  readonly xmax: bigint;
}

/**
 * A position below which nothing is open any more. While some long transaction (a calculation, a backup) keeps PostgreSQL from clearing
 * away what was told, a claim that started at 0 would step over every row told since; from here it does not.
 * A position can commit late, so the floor moves only to where all transactions that could still do so have ended.
 */
export class Floor {
  /** Inclusive: rows from here on are looked at. */
  position = 0n;
  private lastPosition: bigint | undefined;
  private mark: Mark | undefined;

  constructor(private readonly table: LedgerTable) {}

  /** Looks and moves; once a second is enough. Takes no lock. */
  async look(pool: Pool): Promise<void> {
    const { name, position, doneAt } = this.table;
    const { rows } = await pool.query<Look>(`
      SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax,
        pg_sequence_last_value(pg_get_serial_sequence('${name}', '${position}')::regclass) AS last_position,
        (SELECT ${position} FROM ${name} WHERE ${doneAt} IS NULL AND dead_at IS NULL AND ${position} > 0 ORDER BY ${position} LIMIT 1) AS first_open`);
    rows.forEach((row) => {
      this.move(row);
    });
  }

  private move(look: Look): void {
    const firstOpen = look.first_open === null ? undefined : BigInt(look.first_open);
    if (this.mark !== undefined && BigInt(look.xmin) >= this.mark.xmax) {
      this.position = smaller(firstOpen, this.mark.position + 1n);
      this.mark = undefined;
    }
    // A row somebody opened again by hand.
    this.position = smaller(firstOpen, this.position);
    // The position was read at the look before, so whoever holds one up to it is running in this snapshot, or has ended.
    if (this.lastPosition !== undefined) {
      this.mark ??= { position: this.lastPosition, xmax: BigInt(look.xmax) };
    }
    this.lastPosition = look.last_position === null ? 0n : BigInt(look.last_position);
  }
}

function smaller(a: bigint | undefined, b: bigint): bigint {
  return a !== undefined && a < b ? a : b;
}
