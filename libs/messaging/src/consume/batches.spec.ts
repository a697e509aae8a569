import { setImmediate as nextTurn } from 'node:timers/promises';

import { deadLetterTopic } from '#contracts';
import { eventually, readTopic, useKafka } from '#testing';

import { committedTotal } from '../../fixtures/consumer-rig.js';
import type { Note } from '../../fixtures/note.js';
import { useConsumers } from '../../fixtures/use-consumers.js';
import { fairShares } from './lanes.js';
import { drop, ok, retryLater } from './outcome.js';
import type { ReceivedMessage } from './received-message.js';

const kafka = useKafka();
const { newTopic, sendNotes, start } = useConsumers(kafka);
type Batch = ReceivedMessage<Note>[];

describe('batches', () => {
  it('merge the partitions of a fetch into one call, at most maxBatch, in order within each partition', async () => {
    const topic = await newTopic(4);
    await sendNotes(topic, 1_000);
    const calls: Batch[] = [];
    start({ topic, group: 'merged', maxBatch: 400, handleBatch: (batch) => (calls.push(batch), ok()) });
    await eventually(() => {
      expect(calls.flat()).toHaveLength(1_000);
    });
    expect(calls.length).toBeLessThan(8);
    expect(Math.max(...calls.map(({ length }) => length))).toBe(400);
    expect(new Set(calls[0]!.map(({ partition }) => partition)).size).toBe(4);
    for (const [, messages] of Map.groupBy(calls.flat(), ({ partition }) => partition)) {
      expect(messages.map(({ offset }) => Number(offset))).toEqual(messages.map((_, index) => index));
    }
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'merged', topic)).toBe(1_000);
    });
  });

  it('of a backlog run side by side where that is asked for, each with partitions of its own', async () => {
    const topic = await newTopic(4);
    await sendNotes(topic, 2_000);
    const calls: Batch[] = [];
    const running = new Set<Batch>();
    let shared = 0;
    let most = 0;
    const handleBatch = async (batch: Batch) => {
      const taken = new Set([...running].flat().map(({ partition }) => partition));
      shared += batch.filter(({ partition }) => taken.has(partition)).length;
      running.add(batch);
      most = Math.max(most, running.size);
      await nextTurn();
      running.delete(batch);
      calls.push(batch);
      return ok();
    };
    start({ topic, group: 'beside', maxBatch: 200, options: { batchesAtOnce: 2 }, handleBatch });
    await eventually(() => {
      expect(calls.flat()).toHaveLength(2_000);
    });
    expect(most).toBe(2);
    expect(shared).toBe(0);
    for (const [, messages] of Map.groupBy(calls.flat(), ({ partition }) => partition)) {
      expect(messages.map(({ offset }) => Number(offset))).toEqual(messages.map((_, index) => index));
    }
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'beside', topic)).toBe(2_000);
    });
  });

  it('rest where that is asked for: what comes meanwhile shares the next call', async () => {
    const topic = await newTopic(1);
    const calls = { rested: [] as Batch[], soon: [] as Batch[] };
    start({
      topic,
      group: 'rested',
      options: { rest: { times: 10_000, atMostMs: 250 } },
      handleBatch: (batch) => (calls.rested.push(batch), ok()),
    });
    start({ topic, group: 'soon', handleBatch: (batch) => (calls.soon.push(batch), ok()) });
    const bothHave = (count: number) =>
      eventually(() => {
        expect([calls.rested.flat().length, calls.soon.flat().length]).toEqual([count, count]);
      });
    await sendNotes(topic, 1);
    await bothHave(1);
    for (let n = 1; n <= 60; n += 1) {
      await sendNotes(topic, 1, n);
    }
    await bothHave(61);
    // A call that does not rest takes some 25 ms, one that does 250.
    expect(calls.rested.length * 2).toBeLessThan(calls.soon.length);
  });

  it('do not rest behind, and a stop ends a rest', async () => {
    const topic = await newTopic(2);
    await sendNotes(topic, 1_000);
    const calls: Batch[] = [];
    const rest = { times: 1_000_000, atMostMs: 600_000 };
    const handleBatch = (batch: Batch) => (calls.push(batch), ok());
    const consumer = start({ topic, group: 'behind', maxBatch: 100, options: { rest }, handleBatch });
    await eventually(() => {
      expect(calls.flat()).toHaveLength(1_000);
    });
    // The commit comes before the rest, which is ten minutes long.
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'behind', topic)).toBe(1_000);
    });
    await consumer.stop();
  });

  it('are halved until the poison stands alone; the others are done once each', async () => {
    const topic = await newTopic(3);
    await sendNotes(topic, 200);
    const done: number[] = [];
    let calls = 0;
    start({
      topic,
      group: 'halved',
      maxBatch: 500,
      handleBatch: (batch) => {
        calls += 1;
        if (batch.some(({ value }) => value.n === 77)) {
          throw new TypeError('poison');
        }
        done.push(...batch.map(({ value }) => value.n));
        return ok();
      },
      options: { retry: { attempts: 4, firstPauseMs: 5 } },
    });
    await eventually(() => {
      expect(done).toHaveLength(199);
    });
    expect(new Set(done).size).toBe(199);
    const letters = await readTopic<Note>(kafka, deadLetterTopic(topic.name), (read) => read.length >= 1);
    expect(letters.map(({ value }) => value.n)).toEqual([77]);
    expect(letters[0]!.headers).toMatchObject({ dl_attempts: '4', dl_error: 'TypeError: poison' });
    expect(calls).toBeLessThan(40);
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'halved', topic)).toBe(200);
    });
  });

  it('may have an outcome for each message; what follows a retry in its partition waits its turn', async () => {
    const topic = await newTopic(2);
    await sendNotes(topic, 40);
    const tried = new Set<string>();
    const outcomeOf = (message: Batch[number]) => {
      const isFirstTry = message.offset === '3' && !tried.has(`${message.partition}`);
      if (isFirstTry) {
        tried.add(`${message.partition}`);
        return retryLater('once');
      }
      return message.offset === '1' ? drop('nothing to do') : ok();
    };
    const batches: Batch[] = [];
    start({
      topic,
      group: 'each',
      handleBatch: (batch) => (batches.push(batch), batch.map(outcomeOf)),
      options: { retry: { firstPauseMs: 5 } },
    });
    await eventually(async () => {
      expect(await committedTotal(kafka.connection, 'each', topic)).toBe(40);
    });
    const [partition0] = [...Map.groupBy(batches.flat(), (message) => message.partition).values()];
    const offsets = partition0!.map(({ offset }) => Number(offset));
    expect(offsets.filter((offset) => offset < 3)).toEqual([0, 1, 2]);
    expect(offsets.filter((offset) => offset === 3)).toHaveLength(2);
    expect(offsets.at(-1)).toBe(Math.max(...offsets));
  });

  it('share the room fairly: a full partition does not starve the others', () => {
    expect(fairShares([1_000, 10, 1_000], 100)).toEqual([45, 10, 45]);
    expect(fairShares([5, 5], 100)).toEqual([5, 5]);
    expect(fairShares([1_000], 100)).toEqual([100]);
    expect(fairShares([], 100)).toEqual([]);
  });
});
