import { randomUUID } from 'node:crypto';

import { type Topic, TOPICS } from '#contracts';
import { Metrics } from '#observability';
import { eventually, readTopic, useKafka } from '#testing';

import { type Note, noteTopic } from '../../fixtures/note.js';
import { useConsumers } from '../../fixtures/use-consumers.js';
import { KafkaConnection } from '../connection/kafka-connection.js';
import { ensureTopics } from '../topics/ensure-topics.js';
import { BrokerUnavailableError, RecordRefusedError } from './errors.js';
import { MessageProducer } from './message-producer.js';

const kafka = useKafka();
const { newTopic } = useConsumers(kafka);
const producers: MessageProducer[] = [];

function newProducer(connection = kafka.connection, metrics = new Metrics()): MessageProducer {
  const producer = new MessageProducer(connection, metrics);
  producers.push(producer);
  return producer;
}

afterAll(async () => Promise.all(producers.map(async (producer) => producer.close())));

/** A topic that takes no batch over 2,000 bytes; from its beginning, because a broker hears of a change some time later. */
async function narrowTopic(): Promise<Topic<Note>> {
  const topic = noteTopic('narrow', 1);
  const physical = kafka.connection.physical(topic.name);
  const configEntries = [{ name: 'max.message.bytes', value: '2000' }];
  await kafka.connection.withAdmin(async (admin) => {
    await admin.createTopics({ topics: [{ topic: physical, numPartitions: 1, configEntries }], waitForLeaders: false });
    await eventually(() => admin.fetchTopicOffsets(physical));
  });
  await ensureTopics(kafka.connection, [topic]);
  return topic;
}

function note(n: number, text = '') {
  return { id: randomUUID(), key: 'same', value: { n, text } };
}

describe('the producer', () => {
  it('writes CloudEvents headers in binary mode', async () => {
    const topic = await newTopic(1);
    const time = new Date('2026-01-02T03:04:05.678Z');
    const record = { ...note(1), time, headers: { traceparent: 'x' } };
    await newProducer().send(topic, [record]);
    const [message] = await readTopic(kafka, topic, (read) => read.length === 1);
    expect(message).toMatchObject({ key: 'same', value: { n: 1 } });
    expect(message!.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: record.id,
      ce_type: topic.name,
      ce_source: '/muster/muster-test',
      ce_time: time.toISOString(),
      ce_subject: 'same',
      'content-type': 'application/json',
      traceparent: 'x',
    });
  });

  it('stores what was sent in the order it was sent, many sends at once, more than one request holds', async () => {
    const topic = await newTopic(1);
    const producer = newProducer();
    const sends = Array.from({ length: 60 }, async (_, index) =>
      producer.send(topic, [note(index * 2, 'x'.repeat(40_000)), note(index * 2 + 1)]),
    );
    await Promise.all(sends);
    const read = await readTopic<{ n: number }>(kafka, topic, (messages) => messages.length >= 120);
    expect(read.map(({ value }) => value.n)).toEqual(Array.from({ length: 120 }, (_, index) => index));
  });

  it('names the record that is too large, for itself or for the broker, and stores those sent beside it (R07)', async () => {
    const topic = await narrowTopic();
    const metrics = new Metrics();
    const producer = newProducer(kafka.connection, metrics);
    const large = note(0, 'x'.repeat(2_000_000));
    await expect(producer.send(topic, [large])).rejects.toMatchObject({
      name: 'RecordRefusedError',
      recordId: large.id,
    });
    const medium = note(1, 'x'.repeat(3_000));
    const results = await Promise.allSettled([
      ...[2, 3, 4].map(async (n) => producer.send(topic, [note(n)])),
      producer.send(topic, [medium]),
      ...[5, 6].map(async (n) => producer.send(topic, [note(n)])),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      ...Array<string>(3).fill('fulfilled'),
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const [refused] = results.filter((result) => result.status === 'rejected');
    expect(refused!.reason).toBeInstanceOf(RecordRefusedError);
    expect(refused!.reason).toMatchObject({ recordId: medium.id, topic: kafka.connection.physical(topic.name) });
    const read = await readTopic<{ n: number }>(kafka, topic, (messages) =>
      messages.some(({ value }) => value.n === 6),
    );
    expect([...new Set(read.map(({ value }) => value.n))]).toEqual([2, 3, 4, 5, 6]);
    expect(await metrics.registry.metrics()).toContain('result="refused"} 2');
  });

  it('gives up in time when there is no broker, and not before', async () => {
    const connection = new KafkaConnection({ clientId: 'x', brokers: ['127.0.0.1:1'], topicPrefix: '' });
    const started = performance.now();
    const sent = newProducer(connection).send(TOPICS.events, [note(1)], { timeoutMs: 2_000 });
    await expect(sent).rejects.toBeInstanceOf(BrokerUnavailableError);
    await expect(sent).rejects.toHaveProperty('cause.message', expect.stringMatching(/ECONNREFUSED|Connection error/));
    expect(performance.now() - started).toBeGreaterThan(1_950);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('keeps nobody waiting when it is closed while there is no broker', async () => {
    const connection = new KafkaConnection({ clientId: 'x', brokers: ['127.0.0.1:1'], topicPrefix: '' });
    const producer = newProducer(connection);
    const sent = producer.send(TOPICS.events, [note(1)], { timeoutMs: 3_600_000 });
    await Promise.all([producer.close(), expect(sent).rejects.toThrow('the producer is closed')]);
  });

  it('takes nothing more once it is closed', async () => {
    const producer = newProducer();
    await producer.close();
    await expect(producer.send(TOPICS.events, [note(1)])).rejects.toThrow('closed');
  });
});
