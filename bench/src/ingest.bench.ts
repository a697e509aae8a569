import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { type CapturedEvent, eventKey, TOPICS } from '#contracts';
import type { ServiceProcess } from '#testing';

import { type BenchStack, peakMemoryMb, round, withStack } from './bench-stack.js';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 200_000);
const PERSONS = 20_000;
const DAYS = 30;
const DAY_MS = 86_400_000;
const NAMES = ['$pageview', 'purchase', 'signup', 'click', 'search', 'login'];
/** Records of one produce request. */
const PIECE = 5_000;
const WITHIN_MS = 120_000;

/** Events/s made durable, from Kafka to committed rows, with one replica and with two; the backlog is there before they start. */
export async function benchIngest(): Promise<void> {
  for (const replicas of [1, 2]) {
    await withStack((stack) => measure(stack, replicas));
  }
}

async function measure(stack: BenchStack, replicas: number): Promise<void> {
  // Warms the code up, so that what is timed is the steady state.
  const services = await Promise.all(Array.from({ length: replicas }, () => stack.start('ingestion')));
  await produce(stack, EVENTS / 10);
  await counted(stack, EVENTS / 10);
  await Promise.all(services.map(stop));

  await produce(stack, EVENTS);
  const fresh = await Promise.all(Array.from({ length: replicas }, () => stack.start('ingestion')));
  const first = await firstCount(stack, EVENTS / 10);
  const startedAt = performance.now();
  await counted(stack, EVENTS * 1.1);
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = (EVENTS * 1.1 - first) / seconds;
  const memory = fresh.map((service) => `${peakMemoryMb(service)} MB`).join(', ');
  console.log(
    `ingest, ${replicas} replica(s): ${round(rate, 0)} events/s over ${round(seconds)} s; peak memory ${memory}`,
  );
}

async function stop(service: ServiceProcess): Promise<void> {
  service.kill('SIGTERM');
  await service.exited;
}

/** Each count reads a whole table: ten a second took a third of a core away from what is measured. */
const POLL_MS = 400;

/** Counts in the ledger of counted events, which has exactly one row an event. @returns the first number above `above` */
async function firstCount(stack: BenchStack, above: number): Promise<number> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const result = await stack.database.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM event_seen');
    const count = result.rows[0]?.count ?? 0;
    if (count > above) {
      return count;
    }
    if (performance.now() > deadline) {
      throw new Error(`only ${count} events were counted within ${WITHIN_MS} ms`);
    }
    await sleep(POLL_MS);
  }
}

async function counted(stack: BenchStack, count: number): Promise<void> {
  await firstCount(stack, count - 1);
}

async function produce(stack: BenchStack, count: number): Promise<void> {
  const producer = stack.connection.kafka.producer();
  await producer.connect();
  for (let start = 0; start < count; start += PIECE) {
    const messages = Array.from({ length: Math.min(PIECE, count - start) }, (_, index) =>
      record(stack.project.id, start + index),
    );
    await producer.send({ topic: stack.connection.physical(TOPICS.events.name), messages });
  }
  await producer.disconnect();
}

function record(projectId: number, index: number): { key: string; value: string } {
  const event = randomEvent(index);
  return { key: eventKey(projectId, event.distinct_id), value: JSON.stringify({ ...event, project_id: projectId }) };
}

/** Some persons are busier than others; a third of the events sets properties, one in fifty identifies. */
function randomEvent(index: number): Omit<CapturedEvent, 'project_id'> {
  const person = Math.floor(Math.random() ** 2 * PERSONS);
  const dice = Math.random();
  const isAnonymous = dice >= 0.02 && dice < 0.1;
  const $set = dice < 0.4 ? { $set: { email: `u${person}@example.com`, plan: index % 2 === 0 ? 'free' : 'paid' } } : {};
  const anonymous = dice < 0.02 ? { $anon_distinct_id: `anon-${person}` } : {};
  return {
    schema_version: 1,
    uuid: randomUUID(),
    distinct_id: isAnonymous ? `anon-${person}` : `user-${person}`,
    event: dice < 0.02 ? '$identify' : (NAMES[Math.floor(Math.random() * NAMES.length)] ?? ''),
    timestamp: new Date(Date.now() - Math.random() * DAYS * DAY_MS).toISOString(),
    received_at: new Date().toISOString(),
    properties: {
      ...{ $lib: 'web', $lib_version: '1.2.3', $browser: 'Firefox', amount: index % 500 },
      $current_url: `https://example.com/some/path/${index % 100}`,
      ...$set,
      ...anonymous,
    },
  };
}
