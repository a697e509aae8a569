/** A table whose rows wait to be told to Kafka, key by key, in the order of their positions. */
export interface LedgerTable {
  readonly name: string;
  /** Ascending in commit order within a key; bigint, and the primary key. */
  readonly position: string;
  /** Columns that make the key. Nothing of a key goes out while a smaller position of it is still open. */
  readonly key: readonly string[];
  /** Null while the row is open. */
  readonly doneAt: string;
  /** SQL: roughly how many bytes the row is. */
  readonly bytes: string;
  /** SQL: what a claimed row is read as; must give `position` and `key` (text). Aliases the table as `l`. */
  readonly columns: string;
  /** SQL: since when a row waits, for the lag. */
  readonly since: string;
  /** The advisory lock under which the states of the rows change. */
  readonly lock: number;
  /** SQL over `l`: which rows this build can tell. */
  readonly known: string;
}

/** What every claimed row has. */
export interface LedgerRow {
  /** A bigint, as text. */
  readonly position: string;
  readonly key: string;
  /** Attempts charged so far. */
  readonly attempts: number;
}

/** How rows are leased and when they are given up. */
export interface LeasePolicy {
  /** Rows a claim takes at most. */
  readonly batchRows: number;
  /** Bytes a claim takes at most; a larger row comes alone. Below the brokers' 1 MB for a batch, whichever partitions the rows go to. */
  readonly batchBytes: number;
  /** Milliseconds a claimed row is left alone by other relays. */
  readonly leaseMs: number;
  /** Refusals after which a row is dead and its key goes on. */
  readonly maxAttempts: number;
  /** Back-off after the first refusal, in milliseconds; doubles up to `retryMaxMs`. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

/** As the documentation of `@nestjs/outbox` proposes: 30 s lease, 20 attempts, 1 s doubling up to 5 min (about 70 min in all). */
export const LEASE_POLICY: LeasePolicy = {
  batchRows: 500,
  batchBytes: 700_000,
  leaseMs: 30_000,
  maxAttempts: 20,
  retryMinMs: 1_000,
  retryMaxMs: 300_000,
};
