import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { deadLetterTopic, type Topic } from '#contracts';
import { eventually, readTopic, useKafka } from '#testing';

import type { ConsumerProcessOptions } from '../../fixtures/consumer-process.js';
import { committedTotal } from '../../fixtures/consumer-rig.js';
import { useConsumers } from '../../fixtures/use-consumers.js';

const kafka = useKafka();
const { newTopic, sendNotes, sendRaw } = useConsumers(kafka);
const directory = mkdtempSync(join(tmpdir(), 'muster-consumer-'));
const children: ChildProcess[] = [];

afterAll(() => {
  children.forEach((child) => child.kill('SIGKILL'));
  rmSync(directory, { recursive: true });
});

interface Process {
  readonly child: ChildProcess;
  readonly url: Promise<string>;
  readonly exited: Promise<number | null>;
}

/** The compiled fixture: a Nest app with one consumer, started by `runService`. */
function startProcess(topic: Topic, group: string, workMs = 1): Process {
  const options: ConsumerProcessOptions = {
    ...{ brokers: kafka.brokers, topicPrefix: kafka.topicPrefix, group, workMs, sessionTimeoutMs: 6_000 },
    ...{ topic: topic.name, partitions: topic.partitions, ledger: join(directory, group) },
  };
  const child = fork(resolve('dist/libs/messaging/fixtures/consumer-process.js'), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  return {
    child,
    url: new Promise((found) =>
      child.once('message', (message) => {
        found((message as { url: string }).url);
      }),
    ),
    exited: new Promise((done) => child.once('exit', done)),
  };
}

function ledger(group: string): number[] {
  try {
    return readFileSync(join(directory, group), 'utf8').trim().split('\n').map(Number);
  } catch {
    return [];
  }
}

describe('a consumer process', () => {
  it('stopped by SIGTERM in the middle exits 0 within 10 s, and whoever goes on repeats nothing (R12)', async () => {
    const topic = await newTopic(3);
    await sendNotes(topic, 600);
    const first = startProcess(topic, 'clean', 5);
    expect((await fetch(`${await first.url}/livez`)).status).toBe(200);
    await eventually(() => {
      expect(ledger('clean').length).toBeGreaterThan(100);
    });
    const signalled = performance.now();
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(performance.now() - signalled).toBeLessThan(10_000);
    expect(ledger('clean').length).toBeLessThan(600);
    const second = startProcess(topic, 'clean');
    await eventually(() => {
      expect(new Set(ledger('clean')).size).toBe(600);
    });
    expect(ledger('clean')).toHaveLength(600);
    // Told when the offsets are committed, a moment after the last message was handled.
    await eventually(async () => {
      const metrics = await (await fetch(`${await second.url}/metrics`)).text();
      expect(metrics).toMatch(/muster_consumer_messages_total\{topic="notes-1",outcome="ok"\} \d+/);
      expect(metrics).toMatch(/muster_consumer_lag\{group="clean",topic="notes-1",partition="0"\} 0/);
    });
    second.child.kill('SIGTERM');
    expect(await second.exited).toBe(0);
  });

  it('killed by SIGKILL loses nothing, and repeats no more than was not committed', async () => {
    const topic = await newTopic(3);
    await sendNotes(topic, 600);
    const first = startProcess(topic, 'killed', 3);
    await eventually(() => {
      expect(ledger('killed').length).toBeGreaterThan(150);
    });
    first.child.kill('SIGKILL');
    await first.exited;
    const handled = ledger('killed').length;
    const committed = await committedTotal(kafka.connection, 'killed', topic);
    startProcess(topic, 'killed');
    await eventually(
      () => {
        expect(new Set(ledger('killed')).size).toBe(600);
      },
      { withinMs: 60_000 },
    );
    expect(ledger('killed').length - 600).toBeLessThanOrEqual(handled - committed);
  });

  it('sees the class of what a handler throws, through Nest', async () => {
    const topic = await newTopic(1);
    await sendRaw(topic, ['{"n":-1}']);
    startProcess(topic, 'classes');
    const [letter] = await readTopic(kafka, deadLetterTopic(topic.name), (read) => read.length >= 1);
    expect(letter!.headers).toMatchObject({
      dl_reason: 'fatal',
      dl_error: 'TypeError: the class of the error reaches the transport',
    });
  });

  it('ends with code 1 when a topic has other partitions than the contracts say', async () => {
    const topic = await newTopic(2);
    const { exited } = startProcess({ ...topic, partitions: 5 }, 'mismatch');
    expect(await exited).toBe(1);
  });
});
