import type { Admin } from 'kafkajs';

import type { Logger } from '#observability';

import type { KafkaConnection } from '../connection/kafka-connection.js';
import type { ConsumerMetrics } from './consumer-metrics.js';
import type { GroupMember } from './group-member.js';

const EVERY_MS = 15_000;

interface Watched {
  readonly connection: KafkaConnection;
  readonly member: GroupMember;
  readonly group: string;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
}

/** Asks the brokers for the lag of this member's partitions, because one that is held back or stuck fetches nothing. */
export class LagWatch {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly watched: Watched) {}

  start(): void {
    this.timer = setInterval(() => void this.refresh(), EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Sets the lag of every partition that is ours and forgets the others. */
  async refresh(): Promise<void> {
    const { connection, logger, metrics } = this.watched;
    try {
      const lags = await connection.withAdmin(async (admin) => this.measure(admin));
      metrics.lag.reset();
      lags.forEach(({ labels, lag }) => {
        metrics.lag.set(labels, lag);
      });
    } catch (error) {
      logger.debug({ reason: String(error) }, 'could not measure the lag');
    }
  }

  private async measure(
    admin: Admin,
  ): Promise<{ labels: Record<'group' | 'topic' | 'partition', string>; lag: number }[]> {
    const { connection, group, member } = this.watched;
    const topics = Object.keys(member.assignment);
    const committed = await admin.fetchOffsets({ groupId: member.groupId, topics });
    const lags = committed.map(async ({ topic, partitions }) => {
      const ends = new Map((await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
      const ours = partitions.filter(({ partition }) => member.assignment[topic]?.includes(partition));
      return ours.map(({ partition, offset }) => ({
        labels: { group, topic: topic.slice(connection.topicPrefix.length), partition: String(partition) },
        lag: lagOf(offset, ends.get(partition)),
      }));
    });
    return (await Promise.all(lags)).flat();
  }
}

/** Nothing committed yet: everything that is there lies ahead. */
function lagOf(committed: string, end: { high: string; low: string } | undefined): number {
  const from = BigInt(committed) < 0n ? BigInt(end?.low ?? 0) : BigInt(committed);
  return Number(BigInt(end?.high ?? 0) - from);
}
