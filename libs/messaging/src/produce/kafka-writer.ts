import { type Message, Partitioners, type Producer } from 'kafkajs';

import type { KafkaConnection } from '../connection/kafka-connection.js';
import { within } from '../connection/within.js';
import type { QueuedRecord } from './send-queue.js';

/** A round that takes longer is given up, its connection with it: a half-open network answers nothing, for ever. */
const ROUND_TIMEOUT_MS = 15_000;

/** Writes rounds of records over a connection that is made when needed and replaced after every failure. */
export class KafkaWriter {
  private producer: Promise<Producer> | undefined;

  constructor(private readonly connection: KafkaConnection) {}

  /** Resolves when all in-sync replicas have the records. */
  async write(records: readonly QueuedRecord[]): Promise<void> {
    try {
      await within(ROUND_TIMEOUT_MS, this.send(records), () => new Error(`no answer within ${ROUND_TIMEOUT_MS} ms`));
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    try {
      await (await producer)?.disconnect();
    } catch {
      // It was never connected, or is no longer.
    }
  }

  private async send(records: readonly QueuedRecord[]): Promise<void> {
    this.producer ??= this.connect();
    const producer = await this.producer;
    await producer.sendBatch({ acks: -1, topicMessages: byTopic(records) });
  }

  private async connect(): Promise<Producer> {
    const producer = this.connection.impatient.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      metadataMaxAge: 30_000,
      // The queue tries again; kafkajs need only refresh its metadata once.
      retry: { initialRetryTime: 50, retries: 1 },
    });
    await producer.connect();
    return producer;
  }
}

function byTopic(records: readonly QueuedRecord[]): { topic: string; messages: Message[] }[] {
  const topics = Map.groupBy(records, ({ topic }) => topic);
  return [...topics].map(([topic, queued]) => ({ topic, messages: queued.map(({ message }) => message) }));
}
