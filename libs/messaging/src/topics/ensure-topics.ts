import { setTimeout as sleep } from 'node:timers/promises';

import type { Admin, ITopicConfig } from 'kafkajs';

import { deadLetterTopic, type Topic } from '#contracts';

import type { KafkaConnection } from '../connection/kafka-connection.js';

const KNOWN_AFTER_ATTEMPTS = 100;
const KNOWN_POLL_MS = 50;
const DAY_MS = 86_400_000;
/** Time for somebody to come back from holiday and look. */
const DEAD_LETTER_RETENTION_DAYS = 30;

/** Creates the topics that are missing, and for each a dead-letter topic of one partition. Those that exist are left as they are. */
export async function ensureTopics(connection: KafkaConnection, topics: readonly Topic[]): Promise<void> {
  await connection.withAdmin(async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topics.flatMap((topic) => configsOf(connection, topic)).filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) {
      await create(admin, missing);
    }
  });
}

async function create(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  // False when another process was faster with one of them: then the others are made one by one.
  if (!(await admin.createTopics({ topics, waitForLeaders: false }))) {
    for (const topic of topics) {
      await admin.createTopics({ topics: [topic], waitForLeaders: false });
    }
  }
  await waitUntilKnown(
    admin,
    topics.map(({ topic }) => topic),
  );
}

/**
 * A partition's leader learns of it a moment after the topic was created, and refuses records until then: a producer that
 * came too early would store some of its records twice. kafkajs' own waiting asks for metadata only, and takes the moment for an error.
 */
async function waitUntilKnown(admin: Admin, topics: string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      for (const topic of topics) {
        await admin.fetchTopicOffsets(topic);
      }
      return;
    } catch (error) {
      if (attempt === KNOWN_AFTER_ATTEMPTS) {
        throw error;
      }
      await sleep(KNOWN_POLL_MS);
    }
  }
}

function configsOf(connection: KafkaConnection, topic: Topic): ITopicConfig[] {
  return [
    config(connection.physical(topic.name), topic.partitions, topic.retentionDays),
    config(connection.physical(deadLetterTopic(topic.name)), 1, DEAD_LETTER_RETENTION_DAYS),
  ];
}

function config(topic: string, numPartitions: number, retentionDays: number): ITopicConfig {
  return { topic, numPartitions, configEntries: [{ name: 'retention.ms', value: String(retentionDays * DAY_MS) }] };
}
