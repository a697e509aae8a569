import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

import kafkajs, { CompressionTypes } from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress } from 'snappyjs';

import type { Topic } from '#contracts';
import { useKafka } from '#testing';
import { eventually } from '#testing';

import type { Note } from '../../fixtures/note.js';
import { useConsumers } from '../../fixtures/use-consumers.js';
import { ok } from '../consume/outcome.js';
import type { ReceivedMessage } from '../consume/received-message.js';
import { decompressLz4 } from './lz4.js';
import { type Codec, MAX_UNPACKED_BYTES, registerCodecs } from './register-codecs.js';
import { compressSnappy, decompressSnappy } from './snappy.js';

const MAX_BYTES = 1_000_000;
const text = Buffer.from('which persons, and since when? '.repeat(5_000));

describe('snappy', () => {
  it('reads its own framing, over several blocks, and bare snappy', () => {
    expect(decompressSnappy(compressSnappy(text), MAX_BYTES).equals(text)).toBe(true);
    expect(decompressSnappy(compress(text), MAX_BYTES).equals(text)).toBe(true);
  });

  it('refuses what unpacks to more than it may', () => {
    expect(() => decompressSnappy(compressSnappy(text), 100_000)).toThrow('too big');
    expect(() => decompressSnappy(compress(text), 100_000)).toThrow('too big');
  });
});

describe('lz4', () => {
  const sized = Buffer.concat([text, randomBytes(300_000), text]);

  it.each([
    ['as it is', {}],
    ['with checksums', { contentChecksum: true, blockChecksums: true }],
  ])('unpacks a frame %s to its last byte and no further than it may', async (_name, options) => {
    const packed = await compressFrame(sized, options);
    expect((await decompressLz4(packed, sized.length)).equals(sized)).toBe(true);
    await expect(decompressLz4(packed, sized.length - 1)).rejects.toThrow('more than');
  });

  it('refuses the frames of a bomb before it unpacks them', async () => {
    const packed = await compressFrame(Buffer.alloc(MAX_BYTES));
    expect(packed.length).toBeLessThan(MAX_BYTES / 100);
    const [first, ...more] = Array.from({ length: 5 }, () => packed);
    await expect(decompressLz4(first!, MAX_BYTES - 1)).rejects.toThrow('more than');
    await expect(decompressLz4(Buffer.concat([first!, ...more]), 5 * MAX_BYTES - 1)).rejects.toThrow('more than');
  });

  it.each([0, 3, 5, 9, 20, 200])('leaves what is cut after %d bytes to the decoder', async (bytes) => {
    const packed = (await compressFrame(sized)).subarray(0, bytes);
    const expected = await decompressFrame(packed).catch((error: unknown) => String(error));
    expect(await decompressLz4(packed, sized.length).catch((error: unknown) => String(error))).toEqual(expected);
  });
});

describe('every codec', () => {
  const kafka = useKafka();
  const { newTopic, start } = useConsumers(kafka);

  const value = (n: number) => JSON.stringify({ n, text: 'compressible '.repeat(100) });

  async function writeAll(topic: Topic): Promise<void> {
    const physical = kafka.connection.physical(topic.name);
    const producer = kafka.connection.kafka.producer();
    await producer.connect();
    const types = [
      CompressionTypes.None,
      CompressionTypes.GZIP,
      CompressionTypes.Snappy,
      CompressionTypes.LZ4,
      CompressionTypes.ZSTD,
    ];
    for (const compression of types) {
      const messages = Array.from({ length: 50 }, (_, index) => ({ value: value(compression * 100 + index) }));
      await producer.send({ topic: physical, compression, messages });
    }
    await producer.disconnect();
  }

  it.each(['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const)(
    'refuses a batch in %s that would fill the memory',
    async (type) => {
      registerCodecs();
      const registered: Record<number, unknown> = kafkajs.CompressionCodecs;
      const codec = (registered[kafkajs.CompressionTypes[type]] as () => Codec)();
      const fits = Buffer.alloc(MAX_BYTES);
      expect(fits.equals(await codec.decompress(await codec.compress({ buffer: fits })))).toBe(true);
      const bomb = await codec.compress({ buffer: Buffer.alloc(MAX_UNPACKED_BYTES + 1) });
      await expect(codec.decompress(bomb)).rejects.toThrow(/too big|larger than|more than/);
    },
  );

  it('is written here and read here', async () => {
    const topic = await newTopic(1);
    await writeAll(topic);
    const seen: ReceivedMessage<Note>[] = [];
    start({ topic, group: 'codecs', handle: (message) => (seen.push(message), ok()) });
    await eventually(() => {
      expect(seen).toHaveLength(250);
    });
    expect(new Set(seen.map((message) => message.value.n)).size).toBe(250);
    expect(seen[0]!.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
  });

  it('is understood by librdkafka, and the other way round', async () => {
    const topic = await newTopic(1);
    const physical = kafka.connection.physical(topic.name);
    await writeAll(topic);
    const read = execFileSync('kcat', ['-C', '-b', kafka.brokers.join(), '-t', physical, '-c', '250', '-e', '-q'], {
      maxBuffer: 10_000_000,
    });
    expect(read.toString().trim().split('\n')).toHaveLength(250);
    for (const [index, codec] of ['gzip', 'snappy', 'lz4', 'zstd'].entries()) {
      const input = Array.from({ length: 50 }, (_, n) => value(1_000 + index * 100 + n)).join('\n');
      execFileSync('kcat', ['-P', '-b', kafka.brokers.join(), '-t', physical, '-p', '0', '-z', codec], { input });
    }
    const seen: ReceivedMessage<Note>[] = [];
    start({ topic, group: 'librdkafka', handle: (message) => (seen.push(message), ok()) });
    await eventually(() => {
      expect(seen).toHaveLength(450);
    });
  });
});
