import { type Topic, TOPICS } from '#contracts';
import { BrokerUnavailableError, type MessageProducer, type OutgoingRecord } from '#messaging';
import { failPoint } from '#observability';
import { ADVISORY_LOCKS } from '#persistence';

import type { Courier, Lease } from '../ledger/courier.js';
import { Delivery, type DeliveryReport } from '../ledger/delivery.js';
import type { LedgerRow, LedgerTable } from '../ledger/ledger-table.js';

/** A claimed row of `outbox`. */
export interface OutboxRow extends LedgerRow {
  readonly id: string;
  readonly topic: string;
  /** The record key; `LedgerRow.key` has the topic before it. */
  readonly record_key: string;
  /** JSON as it was written; sent as it stands. */
  readonly payload: string;
  readonly headers: Record<string, string>;
  readonly created_at: Date;
}

const TOPIC_BY_NAME = new Map<string, Topic>(Object.values(TOPICS).map((topic) => [topic.name, topic]));
const KNOWN_TOPICS = [...TOPIC_BY_NAME.keys()].map((name) => `'${name}'`).join(', ');

export const OUTBOX_TABLE: LedgerTable = {
  name: 'outbox',
  position: 'position',
  key: ['aggregatetype', 'aggregateid'],
  doneAt: 'published_at',
  bytes: 'pg_column_size(l.payload) + 300',
  columns: `l.position, l.aggregatetype || ' ' || l.aggregateid AS key, l.id, l.aggregatetype AS topic, l.aggregateid AS record_key,
    l.payload::text AS payload, l.headers, l.created_at`,
  since: 'created_at',
  lock: ADVISORY_LOCKS.claimOutbox,
  // During a rolling deploy the topics of a newer build wait for its relays.
  known: `l.aggregatetype IN (${KNOWN_TOPICS})`,
};

/** Sends outbox rows to their topics, one send at a time, in position order. */
export class OutboxPublisher implements Courier<OutboxRow> {
  constructor(private readonly producer: Pick<MessageProducer, 'sendBatch'>) {}

  async deliver(rows: readonly OutboxRow[], lease: Lease): Promise<DeliveryReport> {
    const delivery = new Delivery<OutboxRow, { row: OutboxRow }>(
      (parcels) => this.send(parcels.map(({ row }) => row)),
      (error) => error instanceof BrokerUnavailableError,
    );
    const lost = await lease.keep();
    rows
      .filter((row) => lost.has(row.position))
      .forEach((row) => {
        delivery.withhold(row);
      });
    failPoint('outbox.before_publish');
    await delivery.deliver(rows.map((row) => ({ row })));
    failPoint('outbox.after_publish');
    return delivery.report(rows);
  }

  private async send(rows: readonly OutboxRow[]): Promise<void> {
    const byTopic = Map.groupBy(rows, (row) => row.topic);
    await this.producer.sendBatch(
      [...byTopic].map(([name, some]) => ({ topic: topicOf(name), records: some.map(recordOf) })),
    );
  }
}

function topicOf(name: string): Topic {
  const topic = TOPIC_BY_NAME.get(name);
  if (topic === undefined) {
    throw new Error(`no topic '${name}' in this build`);
  }
  return topic;
}

function recordOf(row: OutboxRow): OutgoingRecord {
  return { id: row.id, key: row.record_key, value: row.payload, headers: row.headers, time: row.created_at };
}
