import { setTimeout as sleep } from 'node:timers/promises';

import { TOPICS } from '#contracts';
import type { ServiceProcess } from '#testing';

import { type BenchStack, peakMemoryMb, quantile, round, withStack } from './bench-stack.js';
import { HttpClient } from './http-client.js';

const CONNECTIONS = 16;
const CLOSED_LOOP_MS = 10_000;
const RATE = 500;
const OPEN_LOOP_MS = 10_000;
const WARM_UP = 1_000;

const BODY = (index: number): string =>
  JSON.stringify({
    name: `Bench ${index}`,
    filters: {
      properties: {
        type: 'AND',
        values: [{ type: 'person', key: 'email', operator: 'is_set' }],
      },
    },
  });

/** Creates/s, latency of creates, and create → `cohort.created`; without the calculator and with it. */
export async function benchCreate(): Promise<void> {
  await withStack(async (stack) => {
    const gateway = await stack.start('gateway');
    const arrivals = await watchCreated(stack);
    const client = new HttpClient(gateway.url, stack.project.apiKey, CONNECTIONS);
    const path = `/api/projects/${stack.project.id}/cohorts/`;
    await closedLoop(client, path, { count: WARM_UP });
    await measure('calculator stopped', { client, path, arrivals, services: [gateway] });
    const calculator = await stack.start('calculator');
    await measure('calculator running', { client, path, arrivals, services: [gateway, calculator] });
    await arrivals.stop();
    client.close();
  });
}

interface Measured {
  readonly client: HttpClient;
  readonly path: string;
  readonly arrivals: Arrivals;
  readonly services: readonly ServiceProcess[];
}

async function measure(name: string, { client, path, arrivals, services }: Measured): Promise<void> {
  const closed = await closedLoop(client, path, { forMs: CLOSED_LOOP_MS });
  const open = await openLoop(client, path);
  await arrivals.until(open.map(({ id }) => id));
  const latencies = open.map(({ ms }) => ms);
  const toMessage = open.map(({ id, sentAt }) => (arrivals.at.get(id) ?? Infinity) - sentAt);
  console.log(`create, ${name}:`);
  console.log(`  closed loop, ${CONNECTIONS} connections: ${round(closed)} creates/s`);
  console.log(
    `  at ${RATE}/s: create p50 ${round(quantile(latencies, 0.5))} ms, p99 ${round(quantile(latencies, 0.99))} ms`,
  );
  console.log(
    `  create -> cohort.created: p50 ${round(quantile(toMessage, 0.5))} ms, p99 ${round(quantile(toMessage, 0.99))} ms`,
  );
  console.log(`  peak memory: ${services.map((service) => `${service.name} ${peakMemoryMb(service)} MB`).join(', ')}`);
}

/** @returns creates per second */
async function closedLoop(
  client: HttpClient,
  path: string,
  until: { count?: number; forMs?: number },
): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  const isOver = () => done >= (until.count ?? Infinity) || performance.now() - startedAt > (until.forMs ?? Infinity);
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (!isOver()) {
        await client.post(path, BODY(done));
        done += 1;
      }
    }),
  );
  return (done * 1_000) / (performance.now() - startedAt);
}

interface Created {
  readonly id: number;
  readonly ms: number;
  readonly sentAt: number;
}

/** Sends at a fixed rate whatever the answers do, so that a slow moment is not hidden (no coordinated omission). */
async function openLoop(client: HttpClient, path: string): Promise<Created[]> {
  const requests: Promise<Created>[] = [];
  const startedAt = performance.now();
  while (performance.now() - startedAt < OPEN_LOOP_MS) {
    const due = Math.floor(((performance.now() - startedAt) * RATE) / 1_000);
    while (requests.length < due) {
      requests.push(createOne(client, path, requests.length));
    }
    await sleep(1);
  }
  return Promise.all(requests);
}

async function createOne(client: HttpClient, path: string, index: number): Promise<Created> {
  const sentAt = performance.now();
  const { id } = JSON.parse(await client.post(path, BODY(index))) as { id: number };
  return { id, sentAt, ms: performance.now() - sentAt };
}

interface Arrivals {
  /** By cohort id, on this process's clock. */
  readonly at: Map<number, number>;
  until(ids: readonly number[]): Promise<void>;
  stop(): Promise<void>;
}

/** Reads `cohort.created` as a consumer of another team would. */
async function watchCreated({ connection }: BenchStack): Promise<Arrivals> {
  const at = new Map<number, number>();
  const consumer = connection.kafka.consumer({ groupId: 'bench-watch', maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [connection.physical(TOPICS.cohortCreated.name)], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      const { cohort_id } = JSON.parse(String(message.value)) as { cohort_id: number };
      at.set(cohort_id, performance.now());
      return Promise.resolve();
    },
  });
  return {
    at,
    async until(ids) {
      const deadline = performance.now() + 60_000;
      while (!ids.every((id) => at.has(id))) {
        if (performance.now() > deadline) {
          throw new Error(`of ${ids.length} cohorts ${ids.filter((id) => !at.has(id)).length} were never announced`);
        }
        await sleep(10);
      }
    },
    stop: () => consumer.disconnect(),
  };
}
