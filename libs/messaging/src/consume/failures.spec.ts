import { deadLetterTopic } from '#contracts';
import { SILENT_LOGGER } from '#observability';
import { eventually, readTopic, useKafka } from '#testing';

import { committedTotal } from '../../fixtures/consumer-rig.js';
import type { Note } from '../../fixtures/note.js';
import { useConsumers } from '../../fixtures/use-consumers.js';
import { ensureTopics } from '../topics/ensure-topics.js';
import { ok, retryLater } from './outcome.js';
import type { ReceivedMessage } from './received-message.js';

const kafka = useKafka();
const { newTopic, sendNotes, sendRaw, start } = useConsumers(kafka);

describe('failing messages', () => {
  it('puts poison aside once each, with its origin, and neither stops nor loses the good ones (R16)', async () => {
    const topic = await newTopic(3);
    const poison = [
      ...['{"n":1', null, '[1]', '{"n":"one"}', '{"n":1,"schema_version":2}', Buffer.from([0xff, 0xfe, 0x7b])],
      `{"n":"one","deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      ...['{"n":-1}', '{"n":-2}', '{"n":-3}', '{"n":-4}', '{"n":-5}'],
    ];
    await sendNotes(topic, 300);
    await sendRaw(topic, poison);
    await sendNotes(topic, 300, 300);
    const good = new Set<number>();
    const throws: Record<string, () => unknown> = {
      '-1': () => {
        throw new TypeError('type');
      },
      '-2': () => {
        throw new RangeError('range');
      },
      '-3': () => {
        throw undefined as unknown as Error;
      },
      '-4': () => undefined,
      '-5': async () => Promise.reject(new Error('plain')),
    };
    const consumer = start({
      topic,
      group: 'poison',
      handle: ({ value }) => throws[value.n]?.() ?? (value.n < 0 ? undefined : (good.add(value.n), ok())),
      options: { retry: { attempts: 3 } },
    });
    await eventually(
      () => {
        expect(good.size).toBe(600);
      },
      { withinMs: 60_000 },
    );
    const letters = await readTopic(kafka, deadLetterTopic(topic.name), (read) => read.length >= poison.length);
    expect(letters.map(({ headers }) => headers['dl_reason']).sort()).toEqual(
      [
        'invalid',
        'not-json',
        'tombstone',
        'not-an-object',
        'invalid',
        'schema-version',
        'not-utf8',
        ...Array<string>(5).fill('attempts-exhausted'),
      ].sort(),
    );
    for (const { headers } of letters) {
      expect(headers).toMatchObject({ dl_topic: topic.name, dl_partition: '0', dl_group: 'poison' });
      expect(headers['dl_key']).toMatch(/^raw-\d+$/);
      expect(headers['dl_error']).not.toBe('');
      expect(headers['dl_attempts']).toBe(headers['dl_reason'] === 'attempts-exhausted' ? '3' : '1');
      expect(Date.parse(headers['dl_last_time']!)).toBeGreaterThanOrEqual(Date.parse(headers['dl_first_time']!));
    }
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'poison', topic)).toBe(600 + poison.length);
    });
    expect(consumer.health.liveness().ok).toBe(true);
    expect((await consumer.health.readiness()).ok).toBe(true);
  });

  it('tries a transient failure again for as long as it takes, in order, and never puts it aside (R18)', async () => {
    const topic = await newTopic(1);
    await sendNotes(topic, 20);
    let isDown = true;
    let failures = 0;
    const seen: number[] = [];
    const consumer = start({
      topic,
      group: 'transient',
      handle: ({ value }) => {
        if (value.n === 5 && isDown) {
          failures += 1;
          throw new Error('the database is away');
        }
        return (seen.push(value.n), ok());
      },
      options: { classify: () => 'transient', retry: { attempts: 2, firstPauseMs: 5, longestTransientPauseMs: 20 } },
    });
    await eventually(() => {
      expect(failures).toBeGreaterThan(4);
    });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await committedTotal(kafka.connection, 'transient', topic)).toBe(5);
    isDown = false;
    await eventually(() => {
      expect(seen).toHaveLength(20);
    });
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(await consumer.metrics.registry.metrics()).not.toMatch(/muster_dead_letters_total\{/);
  });

  it('holds back only the partition that fails', async () => {
    const topic = await newTopic(3);
    await sendNotes(topic, 60);
    const seen: ReceivedMessage<Note>[] = [];
    start({
      topic,
      group: 'held',
      handle: (message) => (message.partition === 0 ? retryLater('not yet') : (seen.push(message), ok())),
    });
    await eventually(() => {
      expect(new Set(seen.map(({ partition }) => partition))).toEqual(new Set([1, 2]));
    });
    const before = seen.length;
    await sendNotes(topic, 60, 60);
    await eventually(() => {
      expect(seen.length).toBeGreaterThan(before + 20);
    });
  });

  it('does not pass a message whose dead letter cannot be written, and writes it once when it can (R17)', async () => {
    const topic = await newTopic(1);
    const letters = kafka.connection.physical(deadLetterTopic(topic.name));
    await kafka.connection.withAdmin(async (admin) => admin.deleteTopics({ topics: [letters] }));
    await sendRaw(topic, ['no json']);
    await sendNotes(topic, 3);
    const seen: number[] = [];
    const warnings: string[] = [];
    const logger = { ...SILENT_LOGGER, warn: (_: object, message: string) => void warnings.push(message) };
    start({ topic, group: 'no-letters', handle: ({ value }) => (seen.push(value.n), ok()), logger });
    await eventually(
      () => {
        expect(warnings).toContain('message is tried again later');
      },
      { withinMs: 40_000 },
    );
    expect(seen).toEqual([]);
    expect(await committedTotal(kafka.connection, 'no-letters', topic)).toBe(0);
    await ensureTopics(kafka.connection, [topic]);
    await eventually(
      () => {
        expect(seen).toEqual([0, 1, 2]);
      },
      { withinMs: 40_000 },
    );
    const read = await readTopic(kafka, deadLetterTopic(topic.name), (found) => found.length >= 1);
    expect(read).toHaveLength(1);
  });
});
