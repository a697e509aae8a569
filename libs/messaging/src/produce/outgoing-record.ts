import type { Message } from 'kafkajs';

import type { Topic } from '#contracts';

/** A message to send. `id` is told to consumers as `ce_id`: the same for every copy of the same fact. */
export interface OutgoingRecord {
  readonly id: string;
  readonly key: string;
  /** A string is JSON already and goes out as it stands. */
  readonly value: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** When the fact happened; default now. */
  readonly time?: Date;
}

/** A record as kafkajs takes it, with CloudEvents headers in binary mode. */
export function encodeRecord(topic: Topic, record: OutgoingRecord, app: string): Message {
  return {
    key: record.key,
    value: typeof record.value === 'string' ? record.value : JSON.stringify(record.value),
    headers: {
      ce_specversion: '1.0',
      ce_id: record.id,
      ce_type: topic.name,
      ce_source: `/muster/${app}`,
      ce_time: (record.time ?? new Date()).toISOString(),
      ce_subject: record.key,
      'content-type': 'application/json',
      ...record.headers,
    },
  };
}

/** What Kafka adds to a record at most: lengths, offsets, timestamps. */
const RECORD_OVERHEAD_BYTES = 64;
const HEADER_OVERHEAD_BYTES = 8;

/** How many bytes a record takes in a request, rounded up. */
export function sizeOf(message: Message): number {
  const headers = Object.entries(message.headers ?? {});
  const headerBytes = headers.map(([name, value]) => name.length + bytesOf(value) + HEADER_OVERHEAD_BYTES);
  return headerBytes.reduce(
    (sum, bytes) => sum + bytes,
    RECORD_OVERHEAD_BYTES + bytesOf(message.key) + bytesOf(message.value),
  );
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(value);
  }
  return Buffer.isBuffer(value) ? value.length : 0;
}
