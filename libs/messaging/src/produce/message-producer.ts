import type { Message } from 'kafkajs';

import { deadLetterTopic, type Topic } from '#contracts';
import { METRICS, Metrics } from '#observability';

import type { KafkaConnection } from '../connection/kafka-connection.js';
import { within } from '../connection/within.js';
import { type DeadLetter, encodeDeadLetter, encodeDeadLetterWithoutValue } from './dead-letter.js';
import { BrokerUnavailableError, RecordRefusedError } from './errors.js';
import { KafkaWriter } from './kafka-writer.js';
import { encodeRecord, type OutgoingRecord, sizeOf } from './outgoing-record.js';
import { PendingSend } from './pending-send.js';
import { type QueuedRecord, SendQueue } from './send-queue.js';

export interface OutgoingBatch {
  readonly topic: Topic;
  readonly records: readonly OutgoingRecord[];
}

export interface SendOptions {
  /** How long to wait for the brokers' acknowledgement; default 10,000. */
  readonly timeoutMs?: number;
}

interface Addressed {
  /** Without prefix. */
  readonly topic: string;
  readonly id: string;
  readonly message: Message;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 3_000;
/** Kafka's default limit is 1,048,588 bytes a batch; a record must fit with what surrounds it. */
const MAX_RECORD_BYTES = 1_000_000;
/** Beyond this the brokers have been away for long, and memory is worth more than patience. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
const CLOSED = 'the producer is closed';

/**
 * Sends messages; what a promise says is stored on all in-sync replicas. Connects when first used and again for ever; records
 * are stored in the order they were sent.
 */
export class MessageProducer {
  private readonly writer: KafkaWriter;
  private readonly queue: SendQueue;
  /** On their own way: a dead-letter topic that refuses must not hold up the rest. */
  private readonly letterWriter: KafkaWriter;
  private readonly letters: SendQueue;
  private readonly published;
  private readonly duration;
  private isClosed = false;

  constructor(
    private readonly connection: KafkaConnection,
    metrics: Metrics = new Metrics(),
  ) {
    this.writer = new KafkaWriter(connection);
    this.queue = new SendQueue(async (records) => this.writer.write(records));
    this.letterWriter = new KafkaWriter(connection);
    this.letters = new SendQueue(async (records) => this.letterWriter.write(records));
    this.published = metrics.counter(METRICS.published);
    this.duration = metrics.histogram(METRICS.publishDuration);
  }

  /** As `sendBatch`, for one topic. */
  async send(topic: Topic, records: readonly OutgoingRecord[], options?: SendOptions): Promise<void> {
    await this.sendBatch([{ topic, records }], options);
  }

  /**
   * Resolves after the brokers' acknowledgement of every record.
   * @throws BrokerUnavailableError when there is none in time. Some may be stored: send all again, with the same ids.
   * @throws RecordRefusedError naming a record that can never be stored; others may or may not be.
   */
  async sendBatch(batches: readonly OutgoingBatch[], options: SendOptions = {}): Promise<void> {
    const app = this.connection.clientId;
    const records = batches.flatMap(({ topic, records: ofTopic }) =>
      ofTopic.map((record) => ({ topic: topic.name, id: record.id, message: encodeRecord(topic, record, app) })),
    );
    if (records.length > 0) {
      await this.observe(records, this.enqueue(this.queue, records, options.timeoutMs ?? DEFAULT_TIMEOUT_MS));
    }
  }

  /** Puts a message aside into `<topic>.dead-letter`. @throws BrokerUnavailableError; then it is not put aside. */
  async sendDeadLetter(letter: DeadLetter, options: SendOptions = {}): Promise<void> {
    const topic = deadLetterTopic(letter.topic);
    const id = `${letter.topic}:${letter.partition}:${letter.original.offset}`;
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const send = async (message: Message): Promise<void> => {
      await this.observe([{ topic, id, message }], this.enqueue(this.letters, [{ topic, id, message }], timeoutMs));
    };
    try {
      await send(encodeDeadLetter(letter));
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) {
        throw error;
      }
      await send(encodeDeadLetterWithoutValue(letter));
    }
  }

  /** Sends what is queued, for 3 s at most, and disconnects. What is not acknowledged by then fails. */
  async close(): Promise<void> {
    this.isClosed = true;
    const sent = Promise.all([this.queue.idle(), this.letters.idle()]);
    await within(CLOSE_TIMEOUT_MS, sent, () => new Error('still sending')).catch(() => undefined);
    [this.queue, this.letters].forEach((queue) => {
      queue.giveUp(new BrokerUnavailableError(CLOSED));
    });
    const closed = Promise.all([this.writer.close(), this.letterWriter.close()]);
    await within(CLOSE_TIMEOUT_MS, closed, () => new Error('still connected')).catch(() => undefined);
  }

  private async enqueue(queue: SendQueue, records: readonly Addressed[], timeoutMs: number): Promise<void> {
    if (this.isClosed) {
      throw new BrokerUnavailableError(CLOSED);
    }
    if (queue.queuedBytes > MAX_QUEUED_BYTES) {
      throw new BrokerUnavailableError('too much is waiting for the brokers already');
    }
    const sized = records.map((record) => ({ ...record, bytes: sizeOf(record.message) }));
    const tooLarge = sized.find(({ bytes }) => bytes > MAX_RECORD_BYTES);
    if (tooLarge) {
      throw new RecordRefusedError(tooLarge.topic, tooLarge.id, `${tooLarge.bytes} bytes, at most ${MAX_RECORD_BYTES}`);
    }
    const send = new PendingSend(records.length, timeoutMs);
    queue.push(
      sized.map((record): QueuedRecord => ({ ...record, topic: this.connection.physical(record.topic), send })),
    );
    await send.promise;
  }

  private async observe(records: readonly Addressed[], sent: Promise<void>): Promise<void> {
    const stop = this.duration.startTimer();
    let result = 'ok';
    try {
      await sent;
    } catch (error) {
      result = error instanceof RecordRefusedError ? 'refused' : 'unavailable';
      throw error;
    } finally {
      stop();
      for (const [topic, { length }] of Map.groupBy(records, (record) => record.topic)) {
        this.published.inc({ topic, result }, length);
      }
    }
  }
}
