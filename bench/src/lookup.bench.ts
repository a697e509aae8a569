import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { bitmapOf } from '#cohort-core';
import { changeMembers, lockCohort, readClock, replaceMembers } from '#persistence';

import { type BenchStack, peakMemoryMb, quantile, round, withStack } from './bench-stack.js';
import { HttpClient } from './http-client.js';
import { loadFacts } from './load-facts.js';
import type { LookupLoad } from './lookup-client.js';
import { openLoop } from './open-loop.js';

const COHORTS = 1_000;
const PERSONS = Number(process.env['BENCH_PERSONS'] ?? 200_000);
const RATE = 500;
const RUN_MS = 15_000;
const WARM_UP_MS = 3_000;
const CONNECTIONS = 32;
/** Commits a second that change members meanwhile. */
const CHANGES = 20;

/** Which of a thousand cohorts hold one person, over HTTP, while nothing changes and while members change. */
export async function benchLookup(): Promise<void> {
  await withStack(async (stack) => {
    await loadFacts(stack.database, stack.project.id, { persons: PERSONS, events: PERSONS });
    const cohorts = await fillCohorts(stack);
    const gateway = await stack.start('gateway');
    const { apiKey } = stack.project;
    const path = `/api/projects/${stack.project.id}/cohorts/membership/`;
    const load: LookupLoad = {
      url: gateway.url,
      apiKey,
      path,
      persons: PERSONS,
      connections: CONNECTIONS,
      perSecond: RATE,
      warmUpMs: WARM_UP_MS,
      forMs: RUN_MS,
    };
    await checkAnswer(gateway.url, apiKey, path);
    console.log(`lookup of one of ${PERSONS} persons in ${COHORTS} cohorts, ${RATE} requests/s:`);
    report('nothing changes', await ask(load));
    const changing = openLoop(CHANGES, RUN_MS, (index) =>
      changeOne(stack, cohorts[index % cohorts.length] ?? 0, index),
    );
    report(`${CHANGES} commits a second change members`, await ask(load));
    await changing;
    console.log(`  peak memory of the gateway: ${peakMemoryMb(gateway)} MB`);
  });
}

async function ask(load: LookupLoad): Promise<number[]> {
  const client = join(import.meta.dirname, 'lookup-client.js');
  const { stdout } = await promisify(execFile)(process.execPath, [client, JSON.stringify(load)]);
  return JSON.parse(stdout) as number[];
}

function report(name: string, latencies: readonly number[]): void {
  const of = (fraction: number) => round(quantile(latencies, fraction), 2);
  console.log(`  ${name}: p50 ${of(0.5)} ms, p99 ${of(0.99)} ms, worst ${of(1)} ms (${latencies.length} requests)`);
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

async function checkAnswer(url: string, apiKey: string, path: string): Promise<void> {
  const client = new HttpClient(url, apiKey, 1);
  const answer = await client.post(path, '{"distinct_ids":["d0"]}');
  client.close();
  const { results } = JSON.parse(answer) as { results: Record<string, number[]> };
  const expected = Array.from({ length: COHORTS }, (_, index) => index).filter(
    (index) => index % (2 + (index % 9)) === 0,
  );
  if (results['d0']?.length !== expected.length) {
    throw new Error(`the lookup names ${results['d0']?.length ?? 'no'} cohorts, not ${expected.length}`);
  }
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
