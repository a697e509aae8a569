import { eventually } from '#testing';

import { type BenchStack, peakMemoryMb, round, withStack } from './bench-stack.js';
import { HttpClient } from './http-client.js';
import { mixedFilters } from './live/mixed-cohorts.js';
import { type Measured, runLoad } from './live/run-load.js';
import { loadFacts } from './load-facts.js';

const PERSONS = Number(process.env['BENCH_PERSONS'] ?? 200_000);
const FEW_PERSONS = PERSONS / 10;
const RUN_MS = Number(process.env['BENCH_SECONDS'] ?? 15) * 1_000;
const RATES = numbers('BENCH_RATES', [500, 2_000, 5_000, 10_000]);
/** How many cohorts there are, one after another; all rates are measured with the second. */
const COHORTS = numbers('BENCH_COHORTS', [20, 200, 2_000]);
const USUAL_RATE = 2_000;
const EVENTS_EACH = 5;
/** Persons nobody talks of but the events that mark them, each once. */
const MARKED = 20_000;
const CONNECTIONS = 8;
const WITHIN_MS = 15 * 60_000;

function numbers(name: string, usual: readonly number[]): readonly number[] {
  return process.env[name]?.split(',').map(Number) ?? usual;
}

/** Events through Kafka: how long until the membership of live cohorts tells them, and what that costs. */
export async function benchLive(): Promise<void> {
  await withStack(async (stack) => {
    const many = await newProject(stack, PERSONS);
    const gateway = await stack.start('gateway');
    const services = [
      await stack.start('ingestion'),
      await stack.start('realtime'),
      await stack.start('calculator', { CALCULATOR_SCHEDULE_EVERY_MS: '0' }),
    ];
    const api = { stack, url: gateway.url, services };
    await benchCohorts(api, many);
    console.log(`live, ${COHORTS[1] ?? 0} cohorts, a tenth of the persons:`);
    const few = await newProject(stack, FEW_PERSONS);
    const measured = await withCohorts(api, few, COHORTS[1] ?? 0);
    await run('fewer persons', measured, few, USUAL_RATE);
    console.log(`  peak memory: ${services.map((one) => `${one.name} ${peakMemoryMb(one)} MB`).join(', ')}`);
  });
}

interface Api {
  readonly stack: BenchStack;
  readonly url: string;
  readonly services: Measured['services'];
}

interface LoadedProject {
  readonly id: number;
  readonly apiKey: string;
  readonly persons: number;
  readonly cohorts: number[];
  marked: number;
  watchedId: number;
}

async function benchCohorts(api: Api, project: LoadedProject): Promise<void> {
  console.log(`live, ${project.persons} persons, ${project.persons * EVENTS_EACH} events before:`);
  for (const [index, count] of COHORTS.entries()) {
    const startedAt = performance.now();
    const measured = await withCohorts(api, project, count);
    const seconds = round((performance.now() - startedAt) / 1_000);
    console.log(`  ${count} cohorts are live, the last of them after ${seconds} s`);
    await run('warm-up', measured, project, USUAL_RATE, 3_000);
    for (const rate of index === 1 ? RATES : [USUAL_RATE]) {
      await run(`${count} cohorts`, measured, project, rate);
    }
  }
}

async function run(
  name: string,
  measured: Measured,
  project: LoadedProject,
  perSecond: number,
  forMs: number = RUN_MS,
): Promise<void> {
  const firstMarked = project.persons + project.marked;
  const load = { projectId: project.id, persons: project.persons, perSecond, forMs, firstMarked };
  project.marked += await runLoad(name, measured, load);
}

async function newProject(stack: BenchStack, persons: number): Promise<LoadedProject> {
  const { id, apiKey } = await stack.newProject();
  const all = persons + MARKED;
  await loadFacts(stack.database, id, { persons: all, events: all * EVENTS_EACH });
  return { id, apiKey, persons, cohorts: [], marked: 0, watchedId: 0 };
}

/** Adds cohorts until there are `count`, and waits until all are kept live. */
async function withCohorts({ stack, url, services }: Api, project: LoadedProject, count: number): Promise<Measured> {
  const client = new HttpClient(url, project.apiKey, CONNECTIONS);
  const create = async (name: string, filters: object) => {
    const body = JSON.stringify({ name, filters });
    const answer = await client.post(`/api/projects/${project.id}/cohorts/`, body);
    return (JSON.parse(answer) as { id: number }).id;
  };
  if (project.watchedId === 0) {
    project.watchedId = await create('Marked', MARKED_FILTERS);
  }
  while (project.cohorts.length < count) {
    const n = project.cohorts.length;
    project.cohorts.push(await create(`Cohort ${n}`, mixedFilters(n, project.cohorts)));
  }
  client.close();
  await eventually(() => noneIsBeingMade(stack, project.id), { withinMs: WITHIN_MS });
  const startedAt = performance.now();
  await eventually(() => allIsTold(stack), { withinMs: WITHIN_MS });
  console.log(`  their first members are told ${round((performance.now() - startedAt) / 1_000)} s later`);
  return { stack, services, watchedId: project.watchedId };
}

const DID_MARK = { type: 'behavioral', value: 'performed_event', key: 'mark' };
const MARKED_FILTERS = {
  properties: {
    type: 'AND',
    values: [
      { type: 'person', key: 'marked', operator: 'exact', value: true },
      { ...DID_MARK, event_type: 'events', time_value: 1, time_interval: 'day' },
    ],
  },
};

async function noneIsBeingMade({ database }: BenchStack, projectId: number): Promise<void> {
  const { rows } = await database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM cohort WHERE project_id = $1 AND live_filters IS NULL',
    [projectId],
  );
  if (rows[0]?.count !== 0) {
    throw new Error(`${rows[0]?.count ?? 'some'} cohorts are not live yet`);
  }
}

/** Else what is measured is how first members, millions, are told beside live work. */
async function allIsTold({ database }: BenchStack): Promise<void> {
  const { rows } = await database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM membership_delta WHERE announced_at IS NULL AND dead_at IS NULL',
  );
  if (rows[0]?.count !== 0) {
    throw new Error(`${rows[0]?.count ?? 'some'} changes of members are not told yet`);
  }
}
