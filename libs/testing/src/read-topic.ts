import { randomUUID } from 'node:crypto';

import type { EachMessagePayload } from 'kafkajs';

import type { Topic } from '#contracts';
import type { KafkaConnection, ReceivedMessage } from '#messaging';

const WITHIN_MS = 40_000;

/**
 * Reads a topic from its beginning, as another team would, until `until` says that what was read is enough.
 * @param topic of contracts, or a name without prefix (a dead-letter topic); values are parsed as JSON, unparsable ones stay text
 * @throws when `until` has not said so within 40 s, with the number of messages read
 */
export async function readTopic<T extends object = object>(
  kafka: { readonly connection: KafkaConnection },
  topic: Topic<T> | string,
  until: (messages: readonly ReceivedMessage<T>[]) => boolean,
): Promise<ReceivedMessage<T>[]> {
  const { connection } = kafka;
  const name = typeof topic === 'string' ? topic : topic.name;
  const consumer = connection.kafka.consumer({ groupId: connection.physical(`test-reader-${randomUUID()}`) });
  const messages: ReceivedMessage<T>[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [connection.physical(name)], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${name}: not what was waited for within ${WITHIN_MS} ms; ${messages.length} messages read`));
      }, WITHIN_MS);
      const eachMessage = (payload: EachMessagePayload) => {
        messages.push(toReceived<T>(name, payload));
        if (until(messages)) {
          clearTimeout(timer);
          resolve();
        }
        return Promise.resolve();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return messages;
}

function toReceived<T extends object>(topic: string, { partition, message }: EachMessagePayload): ReceivedMessage<T> {
  const headers = Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  return {
    value: parse(message.value) as T,
    id: headers['ce_id'] ?? `${topic}:${partition}:${message.offset}`,
    key: message.key?.toString() ?? null,
    topic,
    partition,
    offset: message.offset,
    time: new Date(headers['ce_time'] ?? Number(message.timestamp)),
    headers,
    attempt: 1,
    signal: new AbortController().signal,
  };
}

function parse(value: Buffer | null): unknown {
  const text = value?.toString() ?? 'null';
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
