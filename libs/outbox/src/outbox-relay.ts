import type { MessageProducer } from '#messaging';
import type { Logger, Metrics } from '#observability';
import type { Database } from '#persistence';

import { DELTA_TABLE, type DeltaRow } from './announce-memberships/delta-row.js';
import { MembershipAnnouncer } from './announce-memberships/membership-announcer.js';
import type { Courier } from './ledger/courier.js';
import { Housekeeper } from './ledger/housekeeper.js';
import { Ledger } from './ledger/ledger.js';
import { LedgerMetrics } from './ledger/ledger-metrics.js';
import { LEASE_POLICY, type LeasePolicy, type LedgerRow, type LedgerTable } from './ledger/ledger-table.js';
import { RelayLoop } from './ledger/relay-loop.js';
import { OUTBOX_TABLE, OutboxPublisher, type OutboxRow } from './publish-outbox/outbox-publisher.js';

const HOUR_MS = 3_600_000;
/** Longer than any calculation: it asks the deltas of the cohorts it refers to who moved since it read them. */
const DAY_MS = 24 * HOUR_MS;
/** How long a stopping process may still send. */
const FLUSH_MS = 1_000;

/** What a relay works with, and what it does. */
export interface RelayOptions {
  readonly database: Database;
  readonly producer: Pick<MessageProducer, 'sendBatch'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Also expand membership deltas into `cohort.membership.changed`. */
  readonly announce?: boolean;
  /** Milliseconds told outbox rows are kept; an hour by default, to look at when something went wrong. */
  readonly keepMs?: number;
  /** Milliseconds announced membership deltas are kept; a day by default. */
  readonly keepDeltasMs?: number;
  readonly policy?: Partial<LeasePolicy>;
}

interface Part {
  start(): void;
  stop(graceMs: number): Promise<void>;
  wake?(): void;
  purge?(): Promise<number>;
}

/** Takes to Kafka what transactions have left behind. Every process may run one; they share the work key by key. */
export class OutboxRelay {
  private readonly parts: readonly Part[];

  constructor(private readonly options: RelayOptions) {
    const { database, producer, announce = false, keepMs = HOUR_MS, keepDeltasMs = DAY_MS } = options;
    const announcer = new MembershipAnnouncer(database.pool, producer);
    this.parts = [
      ...this.partsOf<OutboxRow>(OUTBOX_TABLE, new OutboxPublisher(producer), keepMs),
      ...(announce ? this.partsOf<DeltaRow>(DELTA_TABLE, announcer, keepDeltasMs) : []),
    ];
  }

  /** Call it after your commit: what the transaction appended goes out now, not at the next look in a second. Returns at once. */
  wake(): void {
    this.parts.forEach((part) => part.wake?.());
  }

  start(): void {
    this.parts.forEach((part) => {
      part.start();
    });
  }

  /** Removes told rows older than is kept; done by itself every minute. */
  async purge(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.purge?.() ?? Promise.resolve(0)));
  }

  /** Sends what is there for at most a second, then ends. */
  async stop(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.stop(FLUSH_MS)));
  }

  private partsOf<Row extends LedgerRow>(table: LedgerTable, courier: Courier<Row>, keepMs: number): Part[] {
    const { database, logger } = this.options;
    const metrics = new LedgerMetrics(this.options.metrics, table.name);
    const ledger = new Ledger<Row>(database, table, { ...LEASE_POLICY, ...this.options.policy }, Math.random);
    return [new RelayLoop(ledger, courier, metrics, logger), new Housekeeper(database, table, metrics, logger, keepMs)];
  }
}
