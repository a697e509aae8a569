import { positionalsOf, readArguments } from '../arguments.js';
import type { Settings } from '../settings.js';

/** `migrate` @returns what is printed */
export async function migrateCommand(args: readonly string[], settings: Settings): Promise<object> {
  positionalsOf(readArguments(args, []), []);
  const url = settings.databaseUrl();
  // TypeORM and kafkajs take half a second to load; the other commands are run by the hundred.
  const { migrate } = await import('#persistence');
  await migrate(url);
  return { migrated: true };
}

/** `topics ensure` @returns what is printed */
export async function ensureTopicsCommand(args: readonly string[], settings: Settings): Promise<object> {
  positionalsOf(readArguments(args, []), []);
  const { brokers, topicPrefix } = settings.kafka();
  const { TOPICS } = await import('#contracts');
  const { ensureTopics, KafkaConnection } = await import('#messaging');
  const connection = new KafkaConnection({ clientId: 'muster-cli', brokers, topicPrefix });
  const topics = Object.values(TOPICS);
  await ensureTopics(connection, topics);
  return { topics: topics.map(({ name }) => connection.physical(name)) };
}
