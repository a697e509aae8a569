import { eventually, useKafka } from '#testing';

import { committedTotal } from '../../fixtures/consumer-rig.js';
import { useConsumers } from '../../fixtures/use-consumers.js';
import { ok } from './outcome.js';

const kafka = useKafka();
const { newTopic, sendNotes, start } = useConsumers(kafka);

describe('a consumer whose place was deleted', () => {
  it('goes on at the earliest message there is, and says so loudly (R22)', async () => {
    const topic = await newTopic(1);
    await sendNotes(topic, 50);
    const first: number[] = [];
    const consumer = start({ topic, group: 'gap', handle: ({ value }) => (first.push(value.n), ok()) });
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'gap', topic)).toBe(50);
    });
    await consumer.stop();
    await sendNotes(topic, 50, 50);
    const physical = kafka.connection.physical(topic.name);
    await kafka.connection.withAdmin(async (admin) => {
      await admin.fetchTopicOffsets(physical);
      await admin.deleteTopicRecords({ topic: physical, partitions: [{ partition: 0, offset: '80' }] });
    });
    const second: number[] = [];
    const later = start({ topic, group: 'gap', handle: ({ value }) => (second.push(value.n), ok()) });
    await eventually(() => {
      expect(second).toHaveLength(20);
    });
    expect(second[0]).toBe(80);
    expect(await later.metrics.registry.metrics()).toContain(
      `muster_consumer_offset_resets_total{topic="${topic.name}"} 1`,
    );
  });
});
