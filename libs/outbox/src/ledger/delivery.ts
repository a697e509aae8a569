import type { Refusal } from './ledger.js';
import type { LedgerRow } from './ledger-table.js';

/** One thing to send: a whole ledger row, or a part of one. */
export interface Parcel<Row extends LedgerRow = LedgerRow> {
  readonly row: Row;
}

/** What came of a claim. */
export interface DeliveryReport {
  readonly done: readonly string[];
  readonly released: readonly string[];
  readonly refusals: readonly Refusal[];
  /** Set when the brokers could not be reached: nobody is charged. */
  readonly brokersAway: Error | undefined;
}

/** Tells an outage from a refusal. */
export type IsOutage = (error: unknown) => boolean;

/**
 * Sends the parcels of one claim in their order. A refused batch is halved until the refused parcel stands alone; its row is charged, and
 * the later rows of its key wait, while all other keys go on.
 */
export class Delivery<Row extends LedgerRow, P extends Parcel<Row>> {
  private readonly refused = new Map<string, Refusal>();
  private readonly unsent = new Set<string>();
  private readonly blockedKeys = new Set<string>();
  private brokersAway: Error | undefined;

  constructor(
    private readonly send: (parcels: readonly P[]) => Promise<void>,
    private readonly isOutage: IsOutage,
  ) {}

  /** @throws never for what Kafka says; that is in the report */
  async deliver(parcels: readonly P[]): Promise<void> {
    const open = parcels.filter((parcel) => this.mayGo(parcel.row));
    if (open.length === 0) {
      return;
    }
    try {
      await this.send(open);
    } catch (error) {
      await this.isolate(open, error);
    }
  }

  /** Charges a row that cannot be sent at all. */
  refuse(row: Row, error: Error): void {
    this.refused.set(row.position, { row, error });
    this.blockedKeys.add(row.key);
  }

  /** Keeps back a row that is no longer ours, and what follows it. */
  withhold(row: Row): void {
    this.unsent.add(row.position);
    this.blockedKeys.add(row.key);
  }

  report(rows: readonly Row[]): DeliveryReport {
    const released = rows.filter((row) => this.unsent.has(row.position) && !this.refused.has(row.position));
    const done = rows.filter((row) => !this.unsent.has(row.position) && !this.refused.has(row.position));
    return {
      done: done.map((row) => row.position),
      released: released.map((row) => row.position),
      refusals: [...this.refused.values()],
      brokersAway: this.brokersAway,
    };
  }

  private mayGo(row: Row): boolean {
    if (this.brokersAway === undefined && !this.blockedKeys.has(row.key)) {
      return true;
    }
    this.unsent.add(row.position);
    return false;
  }

  private async isolate(parcels: readonly P[], error: unknown): Promise<void> {
    const [first] = parcels;
    if (this.isOutage(error)) {
      this.brokersAway = asError(error);
      parcels.forEach(({ row }) => this.unsent.add(row.position));
    } else if (parcels.length === 1 && first !== undefined) {
      this.refuse(first.row, asError(error));
    } else {
      const half = Math.ceil(parcels.length / 2);
      await this.deliver(parcels.slice(0, half));
      await this.deliver(parcels.slice(half));
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
