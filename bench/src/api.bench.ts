import { bitmapOf } from '#cohort-core';
import { type Database, replaceMembers } from '#persistence';
import type { ServiceProcess } from '#testing';

import { type BenchStack, peakMemoryMb, quantile, round, withStack } from './bench-stack.js';
import { HttpClient } from './http-client.js';

const COHORTS = 10_000;
const PERSONS = 1_000_000;
const PAGE = 100;
const REQUESTS = 300;
const WARM_UP = 30;
const FAR_PAGE = 1_000;

/** Latencies of the list of many cohorts and of the persons of a huge one. */
export async function benchApi(): Promise<void> {
  await withStack(async (stack) => {
    await createCohorts(stack);
    await createPersons(stack);
    const huge = await createHuge(stack);
    await stack.database.pool.query('VACUUM ANALYZE');
    const gateway = await stack.start('gateway');
    const client = new HttpClient(gateway.url, stack.project.apiKey, 1);
    const cohorts = `/api/projects/${stack.project.id}/cohorts/`;
    console.log(`list of ${COHORTS} cohorts, pages of ${PAGE}:`);
    await measure(
      '  a page',
      client,
      () => `${cohorts}?limit=${PAGE}&offset=${PAGE * Math.floor(Math.random() * 100)}`,
    );
    await measure('  basic', client, () => `${cohorts}?limit=${PAGE}&basic=true`);
    await measure('  search, exact', client, () => `${cohorts}?search=${Math.floor(Math.random() * COHORTS)}`, 50);
    await measure('  search, similar', client, () => `${cohorts}?search=chort%20nmber`, 50);
    await measure('  hide behavioral', client, () => `${cohorts}?hide_behavioral_cohorts=true`, 50);
    await measurePersons(client, gateway, `${cohorts}${huge}/persons/`);
    client.close();
  });
}

async function measurePersons(client: HttpClient, gateway: ServiceProcess, path: string): Promise<void> {
  console.log(`persons of a cohort of ${PERSONS}, pages of ${PAGE}:`);
  await measure('  page 1', client, () => path);
  let next = path;
  for (let page = 1; page < FAR_PAGE; page += 1) {
    next = nextOf(await client.get(next));
  }
  await measure(`  page ${FAR_PAGE} by following next`, client, () => next);
  const offset = (FAR_PAGE - 1) * PAGE;
  await measure(`  page ${FAR_PAGE} by a bare offset`, client, () => `${path}?offset=${offset}`, 20);
  await measure('  the last page by a bare offset', client, () => `${path}?offset=${PERSONS - PAGE}`, 5);
  await measure('  search', client, () => `${path}?search=user-77777`, 5);
  const pro = encodeURIComponent('[{"key":"plan","value":"pro"}]');
  await measure('  properties', client, () => `${path}?properties=${pro}`, 5);
  console.log(`  peak memory of the gateway: ${peakMemoryMb(gateway)} MB`);
}

function nextOf(body: string): string {
  const url = new URL((JSON.parse(body) as { next: string }).next);
  return url.pathname + url.search;
}

/** One connection, one request after another: what a person who waits feels. */
async function measure(name: string, client: HttpClient, path: () => string, requests = REQUESTS): Promise<void> {
  for (let index = 0; index < Math.min(WARM_UP, requests); index += 1) {
    await client.get(path());
  }
  const latencies: number[] = [];
  for (let index = 0; index < requests; index += 1) {
    const startedAt = performance.now();
    await client.get(path());
    latencies.push(performance.now() - startedAt);
  }
  const of = (fraction: number) => round(quantile(latencies, fraction));
  console.log(`${name}: p50 ${of(0.5)} ms, p99 ${of(0.99)} ms`);
}

async function createCohorts({ database, project }: BenchStack): Promise<void> {
  const condition = { type: 'person', key: 'email', operator: 'is_set', negation: false };
  const filters = { properties: { type: 'AND', values: [condition] } };
  await database.pool.query(
    `INSERT INTO cohort (project_id, name, filters, cohort_type, condition_type, version, pending_version, created_at, created_by_id)
     SELECT $1, 'Cohort number ' || n, $2::jsonb, 'realtime', jsonb_build_object('behavioral', n % 3 = 0, 'person_properties', true), 1, 1,
       now() - n * interval '1 minute', (SELECT min(id) FROM app_user) FROM generate_series(1, $3::int) n`,
    [project.id, filters, COHORTS],
  );
}

async function createPersons({ database, project }: BenchStack): Promise<void> {
  await database.pool.query(
    `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
     SELECT $1, n, gen_random_uuid(), jsonb_build_object('email', 'user-' || n || '@example.com', 'plan', CASE n % 4 WHEN 0 THEN 'pro' ELSE 'free' END),
       timestamptz '2024-01-01' + hashint4(n)::bigint % 10000000 * interval '1 second' FROM generate_series(0, $2::int - 1) n`,
    [project.id, PERSONS],
  );
  await database.pool.query(
    "INSERT INTO person_distinct_id (project_id, distinct_id, ordinal) SELECT $1, 'user-' || n, n FROM generate_series(0, $2::int - 1) n",
    [project.id, PERSONS],
  );
  await database.pool.query('UPDATE person_counter SET next_ordinal = $2 WHERE project_id = $1', [project.id, PERSONS]);
}

async function createHuge({ database, project }: BenchStack): Promise<number> {
  const { rows } = await database.pool.query<{ id: number }>(
    "INSERT INTO cohort (project_id, name, version, pending_version, count) VALUES ($1, 'Everyone', 1, 1, $2) RETURNING id",
    [project.id, PERSONS],
  );
  const cohortId = rows[0]?.id ?? 0;
  await storeEveryone(database, project.id, cohortId);
  return cohortId;
}

async function storeEveryone(database: Database, projectId: number, cohortId: number): Promise<void> {
  const members = bitmapOf(Uint32Array.from({ length: PERSONS }, (_, ordinal) => ordinal));
  const change = { projectId, cohortId, version: 1, members, reason: 'calculation', at: new Date() };
  await database.transaction((transaction) => replaceMembers(transaction, change));
  // The evaluator of `properties` keeps to the living.
  await database.pool.query(
    `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap)
     SELECT project_id, 'born', chunk, 1, bitmap FROM cohort_chunk WHERE cohort_id = $1`,
    [cohortId],
  );
  members.dispose();
}
