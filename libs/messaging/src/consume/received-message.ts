import { createHash } from 'node:crypto';

import type { IHeaders, KafkaMessage } from 'kafkajs';

/** A message that was parsed and found to be what its topic promises. */
export interface ReceivedMessage<T> {
  readonly value: T;
  /** `ce_id` when it is a uuid, else derived from topic, partition and offset: the same at each delivery. */
  readonly id: string;
  readonly key: string | null;
  /** Without prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When the fact happened: `ce_time`, else the time of the Kafka record. */
  readonly time: Date;
  readonly headers: Readonly<Record<string, string>>;
  /** 1 for the first delivery to this process. */
  readonly attempt: number;
  /** Aborted when the process stops or the partition was given to another member: finish quickly. */
  readonly signal: AbortSignal;
}

interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

export function receivedMessage<T>(value: T, raw: KafkaMessage, origin: Origin): ReceivedMessage<T> {
  const headers = textHeaders(raw.headers);
  let id: string | undefined;
  return {
    value,
    // Made when somebody asks: a hash a message cost ingestion, whose events bring a uuid, 4 % of its time.
    get id() {
      return (id ??= idOf(headers['ce_id'], origin, raw.offset));
    },
    key: raw.key?.toString() ?? null,
    topic: origin.topic,
    partition: origin.partition,
    offset: raw.offset,
    time: timeOf(headers['ce_time'], raw.timestamp),
    headers,
    attempt: origin.attempt,
    signal: origin.signal,
  };
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

function idOf(eventId: string | undefined, { topic, partition }: Origin, offset: string): string {
  if (eventId !== undefined && UUID.test(eventId)) {
    return eventId.toLowerCase();
  }
  return uuidFrom(`${topic}:${partition}:${offset}`);
}

const VERSION_5 = '5';
const VARIANT = '8';

/** A uuid (version 5 in form) that depends on nothing but the text. */
function uuidFrom(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), VERSION_5 + hex.slice(13, 16), VARIANT + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}

function timeOf(eventTime: string | undefined, recordTime: string): Date {
  const time = new Date(eventTime ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? new Date(Number(recordTime)) : time;
}

/** Of a header given several times the last one counts. */
function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) {
      texts[name] = last.toString();
    }
  }
  return texts;
}
