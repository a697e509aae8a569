import type { DeliveryReport } from './delivery.js';
import type { LedgerRow } from './ledger-table.js';

/** A claim as a courier sees it. */
export interface Lease {
  /** Prolongs the lease when a third of it has passed. @returns the positions that went to another relay */
  keep(): Promise<ReadonlySet<string>>;
}

/** Takes claimed rows to Kafka. */
export interface Courier<Row extends LedgerRow> {
  /** @throws for what is nobody's fault among the rows, such as the database being away; all rows are given back then */
  deliver(rows: readonly Row[], lease: Lease): Promise<DeliveryReport>;
}
