import type { Admin } from 'kafkajs';

import { deadLetterTopic, type Topic } from '#contracts';

import type { KafkaConnection } from '../connection/kafka-connection.js';

/** The cluster's topics are not those of the contracts. Order per key and the sharing of work rest on the numbers. */
export class TopicMismatchError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
    this.name = 'TopicMismatchError';
  }
}

/** @throws TopicMismatchError naming every topic with both numbers; another error when Kafka cannot be asked. */
export async function checkTopics(connection: KafkaConnection, topics: readonly Topic[]): Promise<void> {
  const found = await partitionCounts(connection, topics);
  const problems = topics.flatMap((topic) => problemsOf(connection, topic, found));
  if (problems.length > 0) {
    throw new TopicMismatchError(problems);
  }
}

async function partitionCounts(connection: KafkaConnection, topics: readonly Topic[]): Promise<Map<string, number>> {
  const wanted = new Set(
    topics.flatMap(({ name }) => [connection.physical(name), connection.physical(deadLetterTopic(name))]),
  );
  const count = async (admin: Admin) => {
    const existing = (await admin.listTopics()).filter((name) => wanted.has(name));
    const metadata = await admin.fetchTopicMetadata({ topics: existing });
    return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
  };
  // Whoever checks tries again later; kafkajs's own tries cannot be called off, and keep a process that stops from ending.
  return connection.withAdmin(count, connection.impatient);
}

function problemsOf(connection: KafkaConnection, topic: Topic, found: Map<string, number>): string[] {
  const name = connection.physical(topic.name);
  const deadLetters = connection.physical(deadLetterTopic(topic.name));
  const count = found.get(name) ?? 0;
  return [
    ...(count === topic.partitions
      ? []
      : [`topic ${name} has ${count} partitions, the contracts say ${topic.partitions}`]),
    ...(found.has(deadLetters) ? [] : [`topic ${deadLetters} has 0 partitions, at least 1 is needed`]),
  ];
}
