import { setTimeout as sleep } from 'node:timers/promises';

import type { Admin } from 'kafkajs';

import { TOPICS } from '#contracts';
import type { KafkaConnection } from '#messaging';

const GROUP = 'ingestion';
const POLL_MS = 100;

/**
 * Resolves when ingestion has committed everything that is in `events` now; it commits after its own database commit.
 * @throws when that takes longer than `withinMs`, with how many events are missing
 */
export async function waitForIngestion(connection: KafkaConnection, withinMs: number): Promise<void> {
  const topic = connection.physical(TOPICS.events.name);
  const admin = connection.kafka.admin();
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    const goal = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
    for (let waitedMs = 0; ; waitedMs += POLL_MS) {
      const missing = await countMissing(admin, connection.physical(GROUP), topic, goal);
      if (missing === 0) {
        return;
      }
      if (waitedMs > withinMs) {
        throw new Error(`Ingestion has still ${missing} events to take in after ${withinMs / 1000} s.`);
      }
      await sleep(POLL_MS);
    }
  } finally {
    await admin.disconnect();
  }
}

async function countMissing(
  admin: Admin,
  groupId: string,
  topic: string,
  goal: ReadonlyMap<number, number>,
): Promise<number> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return (committed?.partitions ?? []).reduce((sum, { partition, offset }) => {
    // -1 stands for no commit yet.
    const done = Math.max(0, Number(offset));
    return sum + Math.max(0, (goal.get(partition) ?? 0) - done);
  }, 0);
}
