import type { MetricDefinition, Metrics } from '#observability';

import type { DeliveryReport } from './delivery.js';

/** What the relays of every app tell; `ledger` is the table: outbox or membership_delta. */
export const OUTBOX_METRICS = {
  pending: {
    name: 'muster_outbox_pending',
    kind: 'gauge',
    help: 'Rows committed and not yet told to Kafka, whichever process wrote them.',
    labels: ['ledger'],
    alert: '',
  },
  lag: {
    name: 'muster_outbox_lag_seconds',
    kind: 'gauge',
    help: 'Age of the oldest row not yet told to Kafka.',
    labels: ['ledger'],
    alert: 'Above 10 for a minute: news arrive late.',
  },
  published: {
    name: 'muster_outbox_publish_total',
    kind: 'counter',
    help: 'Rows taken to Kafka, by result: published, refused, unavailable.',
    labels: ['ledger', 'result'],
    alert: 'refused at all.',
  },
  dead: {
    name: 'muster_outbox_dead_total',
    kind: 'counter',
    help: 'Rows given up after 20 refusals; last_error of the row says why.',
    labels: ['ledger'],
    alert: 'Any increase: a message was not told.',
  },
  leaseLost: {
    name: 'muster_outbox_lease_lost_total',
    kind: 'counter',
    help: 'Rows whose lease went to another relay before this process settled them: it was stalled for over 30 s.',
    labels: ['ledger'],
    alert: 'More than a few an hour: processes are starved of CPU.',
  },
} as const satisfies Record<string, MetricDefinition>;

/** Counts for one ledger. */
export class LedgerMetrics {
  constructor(
    private readonly metrics: Metrics,
    private readonly ledger: string,
  ) {}

  /** @param lagSeconds age of the oldest open row */
  waiting(pending: number, lagSeconds: number): void {
    this.metrics.gauge(OUTBOX_METRICS.pending).set({ ledger: this.ledger }, pending);
    this.metrics.gauge(OUTBOX_METRICS.lag).set({ ledger: this.ledger }, lagSeconds);
  }

  settled(report: DeliveryReport): void {
    const counter = this.metrics.counter(OUTBOX_METRICS.published);
    counter.inc({ ledger: this.ledger, result: 'published' }, report.done.length);
    counter.inc({ ledger: this.ledger, result: 'refused' }, report.refusals.length);
    const unavailable = report.brokersAway === undefined ? 0 : report.released.length;
    counter.inc({ ledger: this.ledger, result: 'unavailable' }, unavailable);
  }

  died(rows: number): void {
    this.metrics.counter(OUTBOX_METRICS.dead).inc({ ledger: this.ledger }, rows);
  }

  leaseLost(rows: number): void {
    this.metrics.counter(OUTBOX_METRICS.leaseLost).inc({ ledger: this.ledger }, rows);
  }
}
