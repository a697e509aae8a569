import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { from as copyFrom } from 'pg-copy-streams';

import { bitmapOf, serializeBitmap } from '#cohort-core';
import type { ServiceProcess } from '#testing';

import { type BenchStack, peakMemoryMb, round, withStack } from './bench-stack.js';

const PERSONS = 1_000_000;
/** Coprime with PERSONS: the file names everyone once, in an order that is not the table's. */
const STRIDE = 482_711;
const POLL_MS = 100;
const WITHIN_MS = 300_000;
/** As a browser or curl sends it. */
const CHUNK_BYTES = 65_536;
const MB = 1024 * 1024;

interface Kind {
  readonly name: string;
  readonly header: string;
  /** The values by ordinal. */
  readonly column: string;
  /** What a colleague with psql would write. */
  readonly join: string;
}

const KINDS: readonly Kind[] = [
  {
    name: 'distinct ids',
    header: 'distinct_id',
    column: `SELECT distinct_id AS value FROM person_distinct_id WHERE project_id = $1 ORDER BY ordinal`,
    join: 'JOIN person_distinct_id AS known ON known.project_id = $1 AND known.distinct_id = ids.value',
  },
  {
    name: 'emails',
    header: 'email',
    column: `SELECT properties ->> 'email' AS value FROM person WHERE project_id = $1 ORDER BY ordinal`,
    join: `JOIN person AS known ON known.project_id = $1 AND known.properties ->> 'email' = ids.value`,
  },
  {
    name: 'uuids',
    header: 'person_id',
    column: 'SELECT uuid::text AS value FROM person WHERE project_id = $1 ORDER BY ordinal',
    join: 'JOIN person AS known ON known.project_id = $1 AND known.uuid = ids.value::uuid',
  },
];

/** A million rows against a million persons, upload and import, beside a bare COPY and join on the same server. */
export async function benchCsv(): Promise<void> {
  await withStack(async (stack) => {
    await insertPersons(stack);
    const gateway = await stack.start('gateway');
    const importer = await stack.start('csv-import');
    for (const kind of KINDS) {
      await measure(stack, { gateway, importer }, kind);
    }
  });
}

interface Services {
  readonly gateway: ServiceProcess;
  readonly importer: ServiceProcess;
}

async function measure(stack: BenchStack, services: Services, kind: Kind): Promise<void> {
  const values = await valuesOf(stack, kind);
  const file = Buffer.from(`${kind.header}\n${values.join('\n')}\n`);
  const bareMs = await bareCopy(stack, kind, values);
  const before = { gateway: memoryMb(services.gateway), importer: memoryMb(services.importer) };
  const startedAt = performance.now();
  const cohortId = await upload(stack, services.gateway, file);
  const uploadedMs = performance.now() - startedAt;
  await ended(stack, cohortId);
  const ms = performance.now() - startedAt;
  const growth = (service: ServiceProcess, rss: number) => Math.max(0, peakMemoryMb(service) - rss);
  console.log(`csv, ${PERSONS} ${kind.name} (${round(file.length / MB)} MB):`);
  console.log(
    `  ${round(ms / 1_000, 2)} s, upload ${round(uploadedMs / 1_000, 2)} s: ${Math.round((PERSONS * 1_000) / ms)} rows/s`,
  );
  console.log(`  bare COPY and join: ${round(bareMs / 1_000, 2)} s; ratio ${round(ms / bareMs, 2)}`);
  console.log(
    `  growth: gateway ${growth(services.gateway, before.gateway)} MB, csv-import ${growth(services.importer, before.importer)} MB`,
  );
}

async function insertPersons({ database, project }: BenchStack): Promise<void> {
  const { pool } = database;
  await pool.query(
    `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
     SELECT $1, n, gen_random_uuid(), jsonb_build_object('email', 'person-' || n || '@example.com', 'plan', 'free', 'n', n), now()
     FROM generate_series(0, $2 - 1) AS n`,
    [project.id, PERSONS],
  );
  await pool.query(
    `INSERT INTO person_distinct_id (project_id, distinct_id, ordinal)
     SELECT $1, 'user-' || md5(n::text), n FROM generate_series(0, $2 - 1) AS n`,
    [project.id, PERSONS],
  );
  const everyone = bitmapOf(Array.from({ length: PERSONS }, (_, ordinal) => ordinal));
  await pool.query(
    "INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'born', 0, 0, $2)",
    [project.id, serializeBitmap(everyone)],
  );
  everyone.dispose();
  await pool.query('VACUUM ANALYZE person, person_distinct_id');
  await pool.query('CHECKPOINT');
}

async function valuesOf({ database, project }: BenchStack, kind: Kind): Promise<string[]> {
  const { rows } = await database.pool.query<[string]>({ text: kind.column, values: [project.id], rowMode: 'array' });
  return rows.map((_, index) => rows[(index * STRIDE) % PERSONS]?.[0] ?? '');
}

/** @returns milliseconds */
async function bareCopy({ database, project }: BenchStack, kind: Kind, values: readonly string[]): Promise<number> {
  const text = Buffer.from(`${values.join('\n')}\n`);
  const client = await database.pool.connect();
  try {
    await client.query('CREATE TABLE ids (value text)');
    const startedAt = performance.now();
    await pipeline(Readable.from(chunksOf(text)), client.query(copyFrom('COPY ids FROM STDIN')));
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(DISTINCT known.ordinal)::int AS count FROM ids ${kind.join}`,
      [project.id],
    );
    const ms = performance.now() - startedAt;
    if (rows[0]?.count !== PERSONS) {
      throw new Error(`the bare join found ${rows[0]?.count ?? 'no'} persons`);
    }
    return ms;
  } finally {
    await client.query('DROP TABLE ids');
    client.release();
  }
}

function* chunksOf(bytes: Buffer): Iterable<Buffer> {
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    yield bytes.subarray(start, start + CHUNK_BYTES);
  }
}

/** @returns the cohort's id */
async function upload({ project }: BenchStack, gateway: ServiceProcess, file: Buffer): Promise<number> {
  const form = new FormData();
  form.append('name', 'Bench');
  form.append('is_static', 'true');
  form.append('csv', new Blob([new Uint8Array(file)]), 'bench.csv');
  const url = `${gateway.url}/api/projects/${project.id}/cohorts/`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${project.apiKey}` },
    body: form,
  });
  const body = (await answer.json()) as { id: number };
  if (answer.status !== 201) {
    throw new Error(`the upload was answered ${answer.status}: ${JSON.stringify(body)}`);
  }
  return body.id;
}

interface Outcome {
  readonly status: string;
  readonly matched: number;
  readonly count: number;
}

const OPEN = ['waiting', 'running'];

function isWhole(row: Outcome | undefined): boolean {
  return row?.status === 'done' && row.matched === PERSONS && row.count === PERSONS;
}

async function ended({ database }: BenchStack, cohortId: number): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const { rows } = await database.pool.query<Outcome>(
      'SELECT status, matched, count FROM csv_import JOIN cohort ON cohort.id = cohort_id WHERE cohort_id = $1',
      [cohortId],
    );
    const [row] = rows;
    if (isWhole(row)) {
      return;
    }
    if (!OPEN.includes(row?.status ?? '') || performance.now() > deadline) {
      throw new Error(`the import ended as ${JSON.stringify(row)}`);
    }
    await sleep(POLL_MS);
  }
}

function memoryMb(service: ServiceProcess): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
