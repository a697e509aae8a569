import { eventually, useKafka } from '#testing';

import { committedTotal } from '../../fixtures/consumer-rig.js';
import type { Note } from '../../fixtures/note.js';
import { useConsumers } from '../../fixtures/use-consumers.js';
import { ok } from './outcome.js';
import type { ReceivedMessage } from './received-message.js';

const kafka = useKafka();
const { newTopic, sendNotes, start } = useConsumers(kafka);

describe('consuming', () => {
  it('reads on its first start what was there before, in order within a partition, and commits behind the last (R23)', async () => {
    const topic = await newTopic(3);
    await sendNotes(topic, 100);
    const seen: ReceivedMessage<Note>[] = [];
    start({ topic, group: 'first', handle: (message) => (seen.push(message), ok()) });
    await eventually(() => {
      expect(seen).toHaveLength(100);
    });
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'first', topic)).toBe(100);
    });
    for (const [, messages] of Map.groupBy(seen, ({ partition }) => partition)) {
      const offsets = messages.map(({ offset }) => Number(offset));
      expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
    }
    expect(seen[0]).toMatchObject({ topic: topic.name, attempt: 1, headers: { ce_type: topic.name } });
  });

  it('keeps its membership while a handler takes longer than the session (R14)', async () => {
    const topic = await newTopic(1);
    await sendNotes(topic, 1);
    const started = performance.now();
    let calls = 0;
    const consumer = start({
      topic,
      group: 'long',
      handle: async () => {
        calls += 1;
        await eventually(
          () => {
            expect(performance.now() - started).toBeGreaterThan(9_000);
          },
          { withinMs: 60_000 },
        );
        return ok();
      },
      options: { sessionTimeoutMs: 6_000 },
    });
    await eventually(
      async () => {
        expect(await committedTotal(kafka.connection, 'long', topic)).toBe(1);
      },
      { withinMs: 60_000 },
    );
    expect(calls).toBe(1);
    expect(await consumer.metrics.registry.metrics()).toMatch(/muster_consumer_rebalances_total\{group="long"\} 1\n/);
  });

  it('two members share the partitions; a clean leave repeats nothing (R12, R13)', async () => {
    const topic = await newTopic(6);
    const seen: string[] = [];
    const places: string[] = [];
    const by = (name: string) => (message: ReceivedMessage<Note>) => {
      places.push(`${message.partition}:${message.offset}`);
      seen.push(`${name} ${message.value.n}`);
      return ok();
    };
    start({ topic, group: 'pair', handle: by('a') });
    await sendNotes(topic, 300);
    await eventually(() => {
      expect(seen.length).toBeGreaterThan(50);
    });
    const second = start({ topic, group: 'pair', handle: by('b') });
    let sent = 300;
    await eventually(async () => {
      await sendNotes(topic, 60, sent);
      sent += 60;
      expect(seen.filter((entry) => entry.startsWith('b')).length).toBeGreaterThan(30);
    });
    await sendNotes(topic, 300, sent);
    sent += 300;
    await second.stop();
    await eventually(
      () => {
        expect(new Set(seen.map((entry) => entry.split(' ')[1])).size).toBe(sent);
      },
      { withinMs: 60_000 },
    );
    expect(places).toHaveLength(new Set(places).size);
  });

  it('a crash that the client does not recover from shows in liveness and ends the process (R19)', async () => {
    const topic = await newTopic(1);
    await sendNotes(topic, 1);
    const deaths: Error[] = [];
    const { connection } = kafka;
    const original = connection.kafka.consumer.bind(connection.kafka);
    connection.kafka.consumer = (config) => {
      const consumer = original(config);
      const run = consumer.run.bind(consumer);
      consumer.run = async (options) =>
        run({ ...options, eachBatch: async () => Promise.reject(new TypeError('bug')) });
      return consumer;
    };
    const consumer = start({
      topic,
      group: 'dead',
      handle: () => ok(),
      options: { onDead: (error) => deaths.push(error) },
    });
    connection.kafka.consumer = original;
    await eventually(() => {
      expect(deaths).toHaveLength(1);
    });
    expect(consumer.health.liveness().failing['consumer dead']).toContain('bug');
    expect((await consumer.health.readiness()).ok).toBe(false);
  });
});
