import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { bitmapOf } from '#cohort-core';
import { changeMembers, lockCohort, readClock, replaceMembers } from '#persistence';

import { nodeFlagsOf } from '../../tools/stack/src/node-flags.js';
import { type BenchStack, peakMemoryMb, quantile, round, withStack } from './bench-stack.js';
import { HttpClient } from './http-client.js';
import { loadFacts } from './load-facts.js';
import type { LookupLoad, LookupSlice } from './lookup/lookup-client.js';
import { type Latency, openLoop } from './open-loop.js';

const COHORTS = 1_000;
const PERSONS = Number(process.env['BENCH_PERSONS'] ?? 200_000);
const RATE = 500;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 16);
const SLICE_MS = 3_000;
/** Share of stolen time below which a round counts as calm. */
const CALM = 0.01;
/** What Node runs often it compiles better, beside the work: after 5,000 requests its threads still spent 10 ms a second on it, after 20,000 a quarter of that. */
const WARM_UP_MS = 30_000;
const SINCE: Readonly<Record<keyof Latency, string>> = { sinceSent: 'since sent', sinceDue: 'since due' };
/** Commits a second that change members meanwhile. */
const CHANGES = 20;

/** Which of a thousand cohorts hold one person, over HTTP, while nothing changes and while members change; in turns with a bare server. */
export async function benchLookup(): Promise<void> {
  await withStack(async (stack) => {
    await loadFacts(stack.database, stack.project.id, { persons: PERSONS, events: PERSONS });
    const cohorts = await fillCohorts(stack);
    const gateway = await stack.start('gateway');
    const { apiKey } = stack.project;
    const path = `/api/projects/${stack.project.id}/cohorts/membership/`;
    const bytes = await checkAnswer(gateway.url, apiKey, path, cohorts);
    const bare = await startBareServer(stack, bytes);
    const load: LookupLoad = {
      urls: [gateway.url, bare.url],
      apiKey,
      path,
      persons: PERSONS,
      perSecond: RATE,
      warmUpMs: WARM_UP_MS,
      rounds: ROUNDS,
      sliceMs: SLICE_MS,
    };
    try {
      console.log(`lookup of one of ${PERSONS} persons in ${COHORTS} cohorts, ${RATE} requests/s:`);
      report('nothing changes', await ask(load));
      const forMs = 2 * (WARM_UP_MS + ROUNDS * SLICE_MS);
      const changing = openLoop(CHANGES, forMs, (index) =>
        changeOne(stack, cohorts[index % cohorts.length] ?? 0, index),
      );
      report(`${CHANGES} commits a second change members`, await ask(load));
      await changing;
      console.log(`  peak memory of the gateway: ${peakMemoryMb(gateway)} MB`);
    } finally {
      bare.stop();
    }
  });
}

async function ask(load: LookupLoad): Promise<LookupSlice[]> {
  const client = join(import.meta.dirname, 'lookup/lookup-client.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...nodeFlagsOf('gateway'), client, JSON.stringify(load)],
    { maxBuffer: Infinity },
  );
  return JSON.parse(stdout) as LookupSlice[];
}

/** Rounds in which the host took much time away measure the host: the figures of all rounds and of the calm ones are both told. */
function report(name: string, slices: readonly LookupSlice[]): void {
  console.log(`  ${name}:`);
  reportRounds('all', slices);
  reportRounds(`with less than ${CALM * 100} % of the processors' time stolen`, calmRounds(slices));
}

function calmRounds(slices: readonly LookupSlice[]): LookupSlice[] {
  const rounds = Array.from({ length: slices.length / 2 }, (_, round) => slices.slice(2 * round, 2 * round + 2));
  return rounds.filter((round) => round.every(({ stolen }) => stolen < CALM)).flat();
}

function reportRounds(which: string, slices: readonly LookupSlice[]): void {
  if (slices.length === 0) {
    console.log(`    no round ${which}`);
    return;
  }
  const [ours, bare] = [0, 1].map((server) =>
    slices.filter((slice) => slice.server === server).flatMap(({ latencies }) => latencies),
  );
  console.log(`    ${slices.length / 2} rounds, ${which}:`);
  for (const since of ['sinceSent', 'sinceDue'] as const) {
    const [gateway, other] = [ours, bare].map((latencies = []) => latencies.map((latency) => latency[since]));
    const ratio = round(quantile(gateway ?? [], 0.99) / quantile(other ?? [], 0.99), 2);
    console.log(`      ${SINCE[since]}: ${figures(gateway)}`);
    console.log(`        a bare server meanwhile: ${figures(other)}; ratio of p99 ${ratio}`);
  }
}

function figures(milliseconds: readonly number[] = []): string {
  const at = (fraction: number) => round(quantile(milliseconds, fraction), 2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`;
}

/** @param bytes of its answers */
async function startBareServer(
  { url, project }: BenchStack,
  bytes: number,
): Promise<{ readonly url: string; stop(): void }> {
  const script = join(import.meta.dirname, 'lookup/bare-server.js');
  const child = spawn(process.execPath, [...nodeFlagsOf('gateway'), script, url, String(project.id), String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`the bare server ended with ${String(code)}`)),
  );
  const [port] = (await Promise.race([once(child.stdout, 'data'), died])) as [Buffer];
  died.catch(() => undefined);
  return { url: `http://127.0.0.1:${port.toString().trim()}`, stop: () => child.kill() };
}

/** Each holds a different tenth to half of the persons. @returns their ids */
async function fillCohorts({ database, project }: BenchStack): Promise<number[]> {
  const { rows } = await database.pool.query<{ id: number }>(
    `INSERT INTO cohort (project_id, name, is_static, version, pending_version)
     SELECT $1, 'Cohort ' || n, true, 1, 1 FROM generate_series(1, $2::int) AS n RETURNING id`,
    [project.id, COHORTS],
  );
  for (const [index, { id }] of rows.entries()) {
    const members = bitmapOf(Uint32Array.from(ordinalsOf(index)));
    const change = { projectId: project.id, cohortId: id, version: 1, members, reason: 'calculation', at: new Date() };
    await database.transaction((transaction) => replaceMembers(transaction, change));
    members.dispose();
  }
  await database.pool.query('DELETE FROM membership_delta');
  await database.pool.query('VACUUM ANALYZE');
  // What loading left to be written is not written while requests are measured.
  await database.pool.query('CHECKPOINT');
  return rows.map(({ id }) => id);
}

function ordinalsOf(index: number): number[] {
  const step = 2 + (index % 9);
  return Array.from({ length: Math.floor((PERSONS - (index % step)) / step) }, (_, n) => (index % step) + n * step);
}

/** @returns the bytes of an answer @throws when it is wrong */
async function checkAnswer(url: string, apiKey: string, path: string, cohorts: readonly number[]): Promise<number> {
  const client = new HttpClient(url, apiKey, 1);
  const answer = await client.post(path, '{"distinct_ids":["d0"]}');
  client.close();
  const { results } = JSON.parse(answer) as { results: Record<string, number[]> };
  const expected = cohorts.filter((_, index) => index % (2 + (index % 9)) === 0);
  if (JSON.stringify(results['d0']) !== JSON.stringify(expected)) {
    throw new Error(`the lookup names ${results['d0']?.length ?? 'no'} cohorts, not the right ${expected.length}`);
  }
  return Buffer.byteLength(answer);
}

async function changeOne({ database, project }: BenchStack, cohortId: number, index: number): Promise<void> {
  await database.transaction(async (transaction) => {
    const ids = { projectId: project.id, cohortId };
    await lockCohort(transaction, ids, 'SHARE');
    const person = bitmapOf([(index * 7_919) % PERSONS]);
    const at = await readClock(transaction, project.id);
    await changeMembers(transaction, { ...ids, reason: 'api', at, [index % 2 === 0 ? 'add' : 'remove']: person });
    person.dispose();
  });
}
