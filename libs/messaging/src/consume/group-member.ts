import { setTimeout as sleep } from 'node:timers/promises';

import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';

import type { Health, Logger } from '#observability';

import type { KafkaConnection } from '../connection/kafka-connection.js';
import type { ConsumerMetrics } from './consumer-metrics.js';
import { Membership } from './membership.js';

export interface GroupMemberOptions {
  readonly connection: KafkaConnection;
  /** Without prefix. */
  readonly group: string;
  /** Without prefix. */
  readonly topics: readonly string[];
  readonly logger: Logger;
  readonly metrics: ConsumerMetrics;
  readonly health: Health;
  readonly sessionTimeoutMs: number;
  readonly onBatch: (payload: EachBatchPayload, membership: Membership) => Promise<void>;
  /** The client gave up for good. */
  readonly onDead: (error: Error) => void;
}

const REBALANCE_TIMEOUT_MS = 30_000;
const METADATA_MAX_AGE_MS = 10_000;
/** An idle fetch holds a stop or a resumed partition up for so long. */
const MAX_WAIT_MS = 250;
/** What one fetch may hold in memory: about 10,000 events, ten times their bytes once they are objects. */
const MAX_BYTES_PER_FETCH = 4 * 1024 * 1024;
const CONNECT_PAUSE_MS = 1_000;
/** Every partition of a fetch starts at once; the lanes decide what runs. */
const PARTITIONS_AT_ONCE = 256;
const HEARTBEATS_PER_SESSION = 10;

/** A member of a consumer group that connects for ever, and says so when it is dead. */
export class GroupMember {
  private consumer: Consumer | undefined;
  private membership = new Membership();
  private readonly closed = new AbortController();
  private isJoined = false;
  private death: string | undefined;
  /** Partitions of ours, by physical topic. */
  assignment: Readonly<Record<string, readonly number[]>> = {};

  constructor(private readonly options: GroupMemberOptions) {
    const name = `consumer ${options.group}`;
    options.health.addLiveness(name, () => this.death);
    options.health.addReadiness(name, () => (this.isJoined ? undefined : 'not a member of its group yet'));
  }

  get groupId(): string {
    return this.options.connection.physical(this.options.group);
  }

  start(): void {
    void this.connectForEver();
  }

  /** Lets handlers in flight finish, commits what they did, leaves the group. */
  async close(): Promise<void> {
    this.closed.abort();
    this.membership.abort();
    await this.consumer?.disconnect();
  }

  private async connectForEver(): Promise<void> {
    while (!this.closed.signal.aborted) {
      try {
        await this.connect();
        return;
      } catch (error) {
        this.options.logger.warn({ reason: String(error) }, 'could not start to consume yet');
        await this.consumer?.disconnect().catch(() => undefined);
        await sleep(CONNECT_PAUSE_MS, undefined, { signal: this.closed.signal }).catch(() => undefined);
      }
    }
  }

  private async connect(): Promise<void> {
    const { connection, sessionTimeoutMs, topics } = this.options;
    const consumer = connection.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: sessionTimeoutMs / HEARTBEATS_PER_SESSION,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      minBytes: 1,
      maxBytes: MAX_BYTES_PER_FETCH,
      maxWaitTimeInMs: MAX_WAIT_MS,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    });
    this.consumer = consumer;
    this.observe(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: topics.map((topic) => connection.physical(topic)), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: async (payload) => this.options.onBatch(payload, this.membership),
    });
    if (this.closed.signal.aborted) {
      await consumer.disconnect();
    }
  }

  private observe(consumer: Consumer): void {
    consumer.on(consumer.events.GROUP_JOIN, (event) => {
      this.joined(event);
    });
    consumer.on(consumer.events.CRASH, (event) => {
      this.crashed(event);
    });
  }

  private joined({ payload }: ConsumerGroupJoinEvent): void {
    const { group, logger, metrics } = this.options;
    this.membership = new Membership();
    if (this.closed.signal.aborted) {
      this.membership.abort();
    }
    this.isJoined = true;
    this.assignment = payload.memberAssignment;
    metrics.rebalances.inc({ group });
    logger.info({ group, assignment: payload.memberAssignment }, 'joined the group');
  }

  private crashed({ payload }: ConsumerCrashEvent): void {
    const { group, logger, metrics, onDead } = this.options;
    this.isJoined = false;
    this.membership.abort();
    if (this.closed.signal.aborted) {
      return;
    }
    metrics.crashes.inc({ group, restart: String(payload.restart) });
    if (payload.restart) {
      // A broker that is away, or still loading its coordinator at a first start: no stack helps with that.
      logger.warn({ group, reason: payload.error.message }, 'the consumer lost its group and joins again');
      return;
    }
    this.death = `stopped for good: ${payload.error.message}`;
    logger.fatal({ group, error: payload.error }, 'the consumer stopped for good');
    onDead(payload.error);
  }
}
