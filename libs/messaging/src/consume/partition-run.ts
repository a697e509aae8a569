import { setTimeout as sleep } from 'node:timers/promises';

import type { EachBatchPayload, KafkaMessage } from 'kafkajs';

import type { Membership } from './membership.js';

const COMMIT_EVERY_MESSAGES = 100;
const COMMIT_EVERY_MS = 500;
const COMMIT_TRIES = 4;
const COMMIT_PAUSE_MS = 100;

/** The way through the messages of one partition that one fetch brought. */
export class PartitionRun {
  private position = 0;
  private uncommitted = 0;
  private lastCommit = performance.now();
  private holdMs: number | undefined;

  constructor(
    /** Without prefix. */
    readonly topic: string,
    private readonly payload: EachBatchPayload,
    private readonly membership: Membership,
  ) {}

  get partition(): number {
    return this.payload.batch.partition;
  }

  get key(): string {
    return `${this.topic}:${this.partition}`;
  }

  get signal(): AbortSignal {
    return this.membership.signal;
  }

  /** How long to leave the partition alone before its next message is tried again; undefined when nothing failed. */
  get heldForMs(): number | undefined {
    return this.holdMs;
  }

  get isOver(): boolean {
    return this.remaining === 0 || this.holdMs !== undefined || !this.mayGoOn;
  }

  /** Not once the process stops, or the group hands its partitions out anew. */
  get mayGoOn(): boolean {
    return !this.membership.isOver && this.payload.isRunning() && !this.payload.isStale();
  }

  /** Messages of the partition behind the last one acted on, as of this fetch. */
  get lag(): number {
    const { batch } = this.payload;
    const next = batch.messages[this.position]?.offset;
    return next === undefined ? 0 : Number(BigInt(batch.highWatermark) - BigInt(next));
  }

  /** The broker had more when it answered, or more of this answer is left. */
  get isBehind(): boolean {
    return this.remaining > 0 || this.payload.batch.offsetLag() !== '0';
  }

  get remaining(): number {
    return this.payload.batch.messages.length - this.position;
  }

  upcoming(count: number): KafkaMessage[] {
    return this.payload.batch.messages.slice(this.position, this.position + count);
  }

  /** The next message was acted on: it will not come again. */
  pass(message: KafkaMessage): void {
    this.payload.resolveOffset(message.offset);
    this.position += 1;
    this.uncommitted += 1;
  }

  /** The next message could not be acted on: the partition waits, the others go on. */
  hold(ms: number): void {
    this.holdMs = ms;
  }

  /** Often enough that a kill repeats little, seldom enough that single messages stay cheap. */
  async commitIfDue(): Promise<void> {
    const isDue = this.uncommitted >= COMMIT_EVERY_MESSAGES || performance.now() - this.lastCommit >= COMMIT_EVERY_MS;
    if (this.uncommitted > 0 && isDue) {
      await this.commit();
    }
  }

  /** Commits what was acted on, in all partitions. kafkajs' own `commitOffsets` does nothing once the consumer stops; this does. */
  async commit(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.payload.commitOffsetsIfNecessary(this.payload.uncommittedOffsets());
        this.uncommitted = 0;
        this.lastCommit = performance.now();
        return;
      } catch (error) {
        if (attempt === COMMIT_TRIES || isMembershipLost(error)) {
          throw error;
        }
        await sleep(COMMIT_PAUSE_MS * attempt);
      }
    }
  }
}

const MEMBERSHIP_LOST = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID'];

/** Whether the broker says that the partitions are no longer ours, or about to move. */
function isMembershipLost(error: unknown): boolean {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  return typeof type === 'string' && MEMBERSHIP_LOST.includes(type);
}
