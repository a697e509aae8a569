import { TOPICS } from '#contracts';
import { KafkaConnection, MessageProducer } from '#messaging';

import { eventually } from './eventually.js';
import { readTopic } from './read-topic.js';
import { useKafka } from './use-kafka.js';

describe('the topics of a test file', () => {
  const kafka = useKafka();
  const other = useKafka();

  it('are all there, with the partitions of contracts', async () => {
    const admin = kafka.connection.kafka.admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [kafka.connection.physical(TOPICS.events.name)] });
    await admin.disconnect();
    expect(topics[0]?.partitions).toHaveLength(TOPICS.events.partitions);
  });

  it('give back what was sent, and only that', async () => {
    const producer = new MessageProducer(kafka.connection);
    const stranger = new MessageProducer(other.connection);
    const event = { project_id: 1, distinct_id: 'a', event: 'seen' };
    await stranger.send(TOPICS.events, [
      { id: crypto.randomUUID(), key: '1:a', value: { ...event, event: 'elsewhere' } },
    ]);
    const id = crypto.randomUUID();
    await producer.send(TOPICS.events, [{ id, key: '1:a', value: event }]);
    const messages = await readTopic(kafka, TOPICS.events, (read) => read.length > 0);
    expect(messages).toMatchObject([{ id, key: '1:a', topic: 'events', value: event }]);
    await Promise.all([producer.close(), stranger.close()]);
  });

  it('belong to a broker that may be reached by a connection without Nest', async () => {
    const connection = new KafkaConnection({ clientId: 'x', brokers: kafka.brokers, topicPrefix: kafka.topicPrefix });
    const admin = connection.kafka.admin();
    await eventually(() => admin.connect());
    const names = await admin.listTopics();
    await admin.disconnect();
    expect(names).toContain(`${kafka.topicPrefix}events`);
    expect(names).toContain(`${kafka.topicPrefix}events.dead-letter`);
  });
});
