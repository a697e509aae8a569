import { setTimeout as sleep } from 'node:timers/promises';

import type { Message } from 'kafkajs';

import { RecordRefusedError } from './errors.js';
import type { PendingSend } from './pending-send.js';
import { refusalOf } from './refusal.js';

/** One record on its way. */
export interface QueuedRecord {
  readonly topic: string;
  readonly id: string;
  readonly message: Message;
  readonly bytes: number;
  readonly send: PendingSend;
}

export type Deliver = (records: readonly QueuedRecord[]) => Promise<void>;

/**
 * The broker's limit (`max.message.bytes`, 1 MB) is on all records of one partition in one request, so a round never holds more:
 * it may all go to one partition.
 */
const ROUND_BYTES = 900_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/**
 * All records of a process pass here one round at a time, so that they are stored in the order they were sent, retries included.
 * What is sent while a round is under way shares the next one.
 */
export class SendQueue {
  private waiting: QueuedRecord[] = [];
  private underWay: readonly QueuedRecord[] = [];
  private running: Promise<void> | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private readonly stopped = new AbortController();
  queuedBytes = 0;

  constructor(private readonly deliver: Deliver) {}

  push(records: readonly QueuedRecord[]): void {
    for (const record of records) {
      this.waiting.push(record);
      this.queuedBytes += record.bytes;
    }
    this.running ??= this.run();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.running;
  }

  /** Whoever still waits has this for an answer, and no try follows. */
  giveUp(error: Error): void {
    [...this.underWay, ...this.waiting].forEach(({ send }) => {
      send.fail(error);
    });
    this.stopped.abort();
  }

  private async run(): Promise<void> {
    // Lets everybody who sends in this turn of the event loop share the first round.
    await Promise.resolve();
    for (let round = this.take(); round.length > 0; round = this.take()) {
      this.underWay = round;
      await this.deliverRound(round);
    }
    this.underWay = [];
    this.running = undefined;
  }

  private take(): QueuedRecord[] {
    const round: QueuedRecord[] = [];
    let bytes = 0;
    let taken = 0;
    for (const record of this.waiting) {
      const isFull = round.length > 0 && bytes + record.bytes > ROUND_BYTES;
      if (isFull) {
        break;
      }
      taken += 1;
      this.queuedBytes -= record.bytes;
      if (!record.send.isSettled) {
        round.push(record);
        bytes += record.bytes;
      }
    }
    this.waiting.splice(0, taken);
    return round;
  }

  /**
   * Tries until everybody who waits has an answer or has given up. What was sent together with a refused record stays behind too:
   * later records of its key must not overtake it.
   */
  private async deliverRound(records: QueuedRecord[]): Promise<void> {
    let round = records.filter(({ send }) => !send.isSettled);
    while (round.length > 0) {
      const error = await this.attempt(round);
      if (error === undefined) {
        return;
      }
      const refusal = refusalOf(error);
      if (refusal !== undefined) {
        await this.isolate(round, refusal, error);
        return;
      }
      await this.pauseAfter(round, error);
      round = round.filter(({ send }) => !send.isSettled);
    }
  }

  private async attempt(round: QueuedRecord[]): Promise<unknown> {
    try {
      await this.deliver(round);
    } catch (error) {
      return error ?? new Error('delivery failed for no stated reason');
    }
    this.pauseMs = FIRST_PAUSE_MS;
    round.forEach(({ send }) => {
      send.acknowledgeOne();
    });
    return undefined;
  }

  private async pauseAfter(round: QueuedRecord[], error: unknown): Promise<void> {
    round.forEach(({ send }) => {
      send.lastError = error;
    });
    await sleep(this.pauseMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    this.pauseMs = Math.min(this.pauseMs * 2, MAX_PAUSE_MS);
  }

  /** One record spoils its round: halve until it stands alone. The others may be stored twice, with the same ids. */
  private async isolate(round: QueuedRecord[], refusal: string, cause: unknown): Promise<void> {
    const [first, ...others] = round;
    if (first !== undefined && others.length === 0) {
      first.send.fail(new RecordRefusedError(first.topic, first.id, refusal, { cause }));
      return;
    }
    const middle = Math.ceil(round.length / 2);
    await this.deliverRound(round.slice(0, middle));
    await this.deliverRound(round.slice(middle));
  }
}
