import { ConfigResourceTypes } from 'kafkajs';

import { deadLetterTopic } from '#contracts';
import { SILENT_LOGGER } from '#observability';
import { eventually, useKafka } from '#testing';

import { noteTopic } from '../../fixtures/note.js';
import { KafkaConnection } from '../connection/kafka-connection.js';
import { checkTopics, TopicMismatchError } from './check-topics.js';
import { ensureTopics } from './ensure-topics.js';
import { TopicGuard } from './topic-guard.js';

const kafka = useKafka();

describe('topics', () => {
  it('are made with their dead-letter topic and retention, once, however many make them at the same time', async () => {
    const topics = [noteTopic('made', 5), noteTopic('made-too', 2)];
    await Promise.all([1, 2, 3].map(async () => ensureTopics(kafka.connection, topics)));
    await ensureTopics(kafka.connection, [...topics, noteTopic('made-later', 1)]);
    await checkTopics(kafka.connection, topics);
    const letters = kafka.connection.physical(deadLetterTopic('made'));
    const { topics: found, resources } = await kafka.connection.withAdmin(async (admin) => ({
      ...(await admin.fetchTopicMetadata({ topics: [letters] })),
      ...(await admin.describeConfigs({
        includeSynonyms: false,
        resources: [
          { type: ConfigResourceTypes.TOPIC, name: kafka.connection.physical('made'), configNames: ['retention.ms'] },
        ],
      })),
    }));
    expect(found[0]!.partitions).toHaveLength(1);
    expect(resources[0]!.configEntries[0]).toMatchObject({ configName: 'retention.ms', configValue: '86400000' });
  });

  it('that differ from the contracts are told with both numbers, missing ones too', async () => {
    await ensureTopics(kafka.connection, [noteTopic('grown', 5)]);
    const checked = checkTopics(kafka.connection, [noteTopic('grown', 6), noteTopic('absent', 3)]);
    await expect(checked).rejects.toBeInstanceOf(TopicMismatchError);
    await expect(checked).rejects.toThrow('grown has 5 partitions, the contracts say 6');
    await expect(checked).rejects.toThrow('absent has 0 partitions, the contracts say 3');
    await expect(checked).rejects.toThrow('absent.dead-letter has 0 partitions');
  });

  it('end the process at boot when they differ; while Kafka is away they do not', async () => {
    const log: string[] = [];
    const logger = {
      ...SILENT_LOGGER,
      fatal: (_: object, message: string) => void log.push(message),
      warn: (_: object, message: string) => void log.push(message),
    };
    let ended = 0;
    const end = () => (ended += 1);
    new TopicGuard(kafka.connection, [noteTopic('nowhere', 3)], logger, end).onApplicationBootstrap();
    await eventually(() => {
      expect(ended).toBe(1);
    });
    expect(log[0]).toContain('nowhere has 0 partitions, the contracts say 3');
    const away = new KafkaConnection({ clientId: 'x', brokers: ['127.0.0.1:1'], topicPrefix: '' });
    const guard = new TopicGuard(away, [noteTopic('nowhere', 3)], logger, end);
    guard.onApplicationBootstrap();
    await eventually(() => {
      expect(log).toContain('could not check the topics yet');
    });
    guard.onApplicationShutdown();
    expect(ended).toBe(1);
    // What waits between its tries is the guard, which can be stopped; kafkajs cannot.
    await expect(checkTopics(away, [])).rejects.toMatchObject({ retryCount: 1 });
  });
});
