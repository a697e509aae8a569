import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { EachBatchPayload } from 'kafkajs';

import { type Topic, TOPICS } from '#contracts';
import type { Health, Logger, Metrics } from '#observability';

import type { KafkaConnection } from '../connection/kafka-connection.js';
import type { MessageProducer } from '../produce/message-producer.js';
import { Actor } from './act.js';
import { AttemptLog } from './attempts.js';
import type { ConsumerContext } from './consumer-context.js';
import { ConsumerMetrics } from './consumer-metrics.js';
import { Decider } from './decide.js';
import { GroupMember } from './group-member.js';
import { keepAlive } from './heartbeats.js';
import { LagWatch } from './lag-watch.js';
import { CombiningLane, type Lane, type LaneParts, SingleLane } from './lanes.js';
import type { Membership } from './membership.js';
import { PartitionRun } from './partition-run.js';
import type { RestPolicy } from './rest.js';
import { type Classify, classifyWith, DEFAULT_RETRY, type RetryPolicy } from './retry-policy.js';

export interface KafkaStrategyOptions {
  readonly connection: KafkaConnection;
  readonly producer: MessageProducer;
  /** Without prefix. */
  readonly group: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Whether an error of a handler is the world's fault (transient), the message's (fatal), or nobody knows; default unknown. */
  readonly classify?: Classify;
  readonly retry?: Partial<RetryPolicy>;
  /** Topics that handlers may name; default those of the contracts. */
  readonly topics?: readonly Topic[];
  /** After so long without a heartbeat the group goes on without this member; default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Calls of handlers that take one message; default 4, what a pool of five connections carries. */
  readonly callsAtOnce?: number;
  /** Calls of each handler that takes batches; default 1. */
  readonly batchesAtOnce?: number;
  /** After a call of those that took all there was; default none. */
  readonly rest?: RestPolicy;
  /** Default: exit code 1, because a process that consumes nothing is worse than none. */
  readonly onDead?: (error: Error) => void;
}

/** Also how long a killed member keeps its partitions from the others, itself started again among them. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEATS_PER_SESSION = 10;
const CALLS_AT_ONCE = 4;
const MAX_BATCH = 1_000;
const NO_REST: RestPolicy = { times: 0, atMostMs: 0 };

/**
 * Nest's way to Kafka: `@EventPattern(TOPICS.x.name)` handlers take a `ReceivedMessage` and answer an `Outcome`; with
 * `{ batch: true, maxBatch }` they take an array and answer one outcome for all or one for each. The offset is committed after
 * the outcome was acted on, in order within a partition.
 */
export class KafkaStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly lanes = new Map<string, Lane>();
  private readonly resumes = new Set<NodeJS.Timeout>();
  private readonly consumerMetrics: ConsumerMetrics;
  private member: GroupMember | undefined;
  private lagWatch: LagWatch | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: KafkaStrategyOptions) {
    super();
    this.consumerMetrics = new ConsumerMetrics(options.metrics);
  }

  /** Calls back at once: the consumer joins its group in the background, for as long as Kafka takes to be there. */
  listen(callback: (error?: unknown) => void): void {
    try {
      this.buildLanes();
      this.start();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes no more work, lets what is in flight finish, commits it and leaves the group. */
  override async close(): Promise<void> {
    this.closing ??= this.stop();
    await this.closing;
  }

  on(): void {
    throw new Error('KafkaStrategy emits no events; see Health and Metrics');
  }

  unwrap(): never {
    throw new Error('KafkaStrategy hides its client');
  }

  private async stop(): Promise<void> {
    this.lagWatch?.stop();
    this.resumes.forEach((timer) => {
      clearTimeout(timer);
    });
    await this.member?.close();
  }

  private start(): void {
    const { connection, group, health, logger } = this.options;
    if (this.lanes.size === 0) {
      return;
    }
    const metrics = this.consumerMetrics;
    const member = new GroupMember({
      ...{ connection, group, health, logger, metrics },
      topics: [...this.lanes.keys()],
      sessionTimeoutMs: this.options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      onBatch: async (payload, membership) => this.onBatch(payload, membership),
      onDead: this.options.onDead ?? (() => process.exit(1)),
    });
    connection.onOffsetReset((topic, partition) => {
      metrics.offsetResets.inc({ topic: this.logical(topic) });
      logger.error(
        { topic, partition },
        'messages were deleted before they were read; reading goes on at the earliest',
      );
    });
    this.member = member;
    this.lagWatch = new LagWatch({ connection, member, group, metrics, logger });
    member.start();
    this.lagWatch.start();
  }

  private buildLanes(): void {
    const topics = new Map((this.options.topics ?? Object.values<Topic>(TOPICS)).map((topic) => [topic.name, topic]));
    const { group, logger, producer } = this.options;
    const context: ConsumerContext = {
      ...{ group, logger, producer },
      metrics: this.consumerMetrics,
      classify: classifyWith(this.options.classify),
      retry: { ...DEFAULT_RETRY, ...this.options.retry },
      attempts: new AttemptLog(),
    };
    for (const [pattern, handler] of this.messageHandlers) {
      this.lanes.set(pattern, this.laneOf(topicFor(pattern, handler, topics), handler, context));
    }
  }

  private laneOf(topic: Topic, handler: MessageHandler, context: ConsumerContext): Lane {
    const extras = (handler.extras ?? {}) as { batch?: boolean; maxBatch?: number };
    const { batch, maxBatch = MAX_BATCH } = extras;
    const parts: LaneParts = {
      topic,
      decider: new Decider(topic.name, handler, batch === true, context),
      actor: new Actor(topic.name, context),
      attempts: context.attempts,
    };
    return batch === true
      ? new CombiningLane(parts, {
          maxBatch,
          callsAtOnce: this.options.batchesAtOnce ?? 1,
          rest: this.options.rest ?? NO_REST,
        })
      : new SingleLane(parts, this.options.callsAtOnce ?? CALLS_AT_ONCE);
  }

  /** kafkajs takes TypeErrors and the like for a reason to stop for ever, so none of them may get out. */
  private async onBatch(payload: EachBatchPayload, membership: Membership): Promise<void> {
    const topic = this.logical(payload.batch.topic);
    const run = new PartitionRun(topic, payload, membership);
    const sessionTimeoutMs = this.options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;
    const stopHeartbeats = keepAlive(payload, membership, sessionTimeoutMs / HEARTBEATS_PER_SESSION);
    try {
      await this.lanes.get(topic)?.travel(run);
      await run.commit();
    } catch (error) {
      throw error instanceof Error && error.name.startsWith('KafkaJS')
        ? error
        : new Error('consuming failed', { cause: error });
    } finally {
      stopHeartbeats();
      this.pauseIfHeld(run, payload);
      const labels = { group: this.options.group, topic, partition: String(run.partition) };
      this.consumerMetrics.lag.set(labels, run.lag);
    }
  }

  private pauseIfHeld(run: PartitionRun, payload: EachBatchPayload): void {
    if (run.heldForMs === undefined || this.closing !== undefined) {
      return;
    }
    const resume = payload.pause();
    const timer = setTimeout(() => {
      this.resumes.delete(timer);
      resume();
    }, run.heldForMs);
    this.resumes.add(timer);
  }

  private logical(physicalTopic: string): string {
    return physicalTopic.slice(this.options.connection.topicPrefix.length);
  }
}

function topicFor(pattern: string, handler: MessageHandler, topics: ReadonlyMap<string, Topic>): Topic {
  const topic = topics.get(pattern);
  if (topic === undefined) {
    throw new Error(`a handler names the topic ${pattern}, which the contracts do not know`);
  }
  if (handler.isEventHandler !== true || handler.next !== undefined) {
    throw new Error(`topic ${pattern} needs exactly one @EventPattern handler`);
  }
  return topic;
}
