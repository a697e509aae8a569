import { setTimeout as sleep } from 'node:timers/promises';

import { deserializeBitmap } from '#cohort-core';
import { TOPICS } from '#contracts';
import { consumerLag, eventually, type ServiceProcess } from '#testing';

import { type BenchStack, peakMemoryMb, quantile, round, withStack } from './bench-stack.js';
import { cpuBetween, readCpu } from './live/cpu-time.js';
import { sendEvents } from './live/send-events.js';
import { type Watched, watchMembers } from './live/watch-members.js';
import { loadFacts } from './load-facts.js';
import { fillCohorts } from './midnight/fill-cohorts.js';
import { readFigures, slicesBetween, type SweepFigures } from './midnight/sweep-figures.js';
import { LIVE_EVENT, timedFilters } from './midnight/timed-cohorts.js';

const PERSONS = Number(process.env['BENCH_PERSONS'] ?? 200_000);
const COHORTS = Number(process.env['BENCH_COHORTS'] ?? 10_000);
const QUIET_MS = Number(process.env['BENCH_SECONDS'] ?? 40) * 1_000;
const EVENTS_EACH = 5;
const EVENTS_A_SECOND = 200;
/** Persons nobody talks of but the events that mark them, each once. */
const MARKED = 20_000;
const WITHIN_MS = 15 * 60_000;
const LOOK_EVERY_MS = 250;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Midnight with many live cohorts: how long until all of them are right, and what live work notices of it. */
export async function benchMidnight(): Promise<void> {
  await withStack(async (stack) => {
    const { database, project } = stack;
    const persons = PERSONS + MARKED;
    await loadFacts(database, project.id, { persons, events: persons * EVENTS_EACH });
    const startedAt = performance.now();
    const definitions = Array.from({ length: COHORTS }, (_, n) => timedFilters(n));
    await fillCohorts(database, project.id, definitions);
    await database.pool.query('VACUUM ANALYZE');
    console.log(`midnight, ${PERSONS} persons, ${COHORTS} live cohorts (made in ${seconds(startedAt)} s):`);
    await shiftTo(stack, 10 * MINUTE_MS);
    const services = { ingestion: await stack.start('ingestion'), realtime: await stack.start('realtime') };
    await sweepUp(services.realtime);
    await eventually(() => isToldOf(stack), { withinMs: WITHIN_MS });
    await idle(stack, services.realtime);
    const midnight = await shiftTo(stack, QUIET_MS);
    await storm({ stack, ...services, midnight, ...(await createWatched(stack)) });
  });
}

interface Night {
  readonly stack: BenchStack;
  readonly ingestion: ServiceProcess;
  readonly realtime: ServiceProcess;
  /** By the project's clock. */
  readonly midnight: Date;
  readonly markedId: number;
  readonly minuteId: number;
}

/** Moves the project's clock so that midnight is so far ahead. @returns midnight */
async function shiftTo({ database, project }: BenchStack, aheadMs: number): Promise<Date> {
  const { rows } = await database.pool.query<{ at: Date }>(
    'SELECT clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
    [project.id],
  );
  const now = rows[0]?.at.getTime() ?? 0;
  const midnight = new Date((Math.floor((now + aheadMs) / DAY_MS) + 1) * DAY_MS);
  await database.pool.query(
    "UPDATE project SET clock_offset = clock_offset + $2 * interval '1 millisecond' WHERE id = $1",
    [project.id, midnight.getTime() - aheadMs - now],
  );
  return midnight;
}

/** A cohort of those marked lately, and one that they leave about a minute later though the project's clock is hours ahead of them. */
async function createWatched({ database, project }: BenchStack): Promise<{ markedId: number; minuteId: number }> {
  const { rows } = await database.pool.query<{ minutes: number }>(
    'SELECT ceil(extract(epoch FROM clock_offset) / 60)::int AS minutes FROM project WHERE id = $1',
    [project.id],
  );
  const did = { type: 'behavioral', value: 'performed_event', key: 'mark', event_type: 'events' };
  const ofDays = { ...did, time_value: 3, time_interval: 'day' };
  const ofMinutes = { ...did, time_value: rows[0]?.minutes ?? 0, time_interval: 'minute' };
  const filters = [ofDays, ofMinutes].map((leaf) => ({ properties: { type: 'AND', values: [leaf] } }));
  const [markedId = 0, minuteId = 0] = await fillCohorts(database, project.id, filters);
  return { markedId, minuteId };
}

async function clock({ stack: { database, project } }: Night): Promise<number> {
  const { rows } = await database.pool.query<{ at: Date }>(
    'SELECT clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
    [project.id],
  );
  return rows[0]?.at.getTime() ?? 0;
}

/** What moves with the hour, the minute or all the time has hours to catch up. */
async function sweepUp(realtime: ServiceProcess): Promise<void> {
  const startedAt = performance.now();
  await untilSwept(realtime, 2);
  console.log(`  the hours until then are swept after ${seconds(startedAt)} s`);
}

/** Looks seldom: a look costs realtime some milliseconds. */
async function untilSwept(realtime: ServiceProcess, turns: number): Promise<SweepFigures> {
  for (;;) {
    const figures = await readFigures(realtime);
    if (figures.turns >= turns && figures.lagSeconds === 0) {
      return figures;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** All moves have been announced. */
async function isToldOf({ database }: BenchStack): Promise<void> {
  const { rows } = await database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM membership_delta WHERE announced_at IS NULL',
  );
  if (rows[0]?.count !== 0) {
    throw new Error(`${rows[0]?.count ?? 'some'} changes of members are not announced yet`);
  }
}

/** Nothing but turns of the sweeper. */
async function idle(stack: BenchStack, realtime: ServiceProcess): Promise<void> {
  const before = await readCpu(stack.database, [realtime]);
  const first = await readFigures(realtime);
  const startedAt = performance.now();
  const last = await untilSwept(realtime, first.turns + 5);
  const turns = last.turns - first.turns;
  const ms = performance.now() - startedAt;
  const after = await readCpu(stack.database, [realtime]);
  const used = [...cpuBetween(before, after)].map(
    ([name, seconds]) => `${name} ${round((seconds * 1_000) / turns, 0)} ms`,
  );
  console.log(
    `  idle: ${turns} turns in ${round(ms / 1_000)} s, CPU a turn: ${used.join(', ')}; evaluated ${last.evaluated - first.evaluated} cohorts`,
  );
}

async function storm(night: Night): Promise<void> {
  const { stack, realtime, midnight } = night;
  const watched = watchMembers(stack.database, stack.project.id, night.markedId);
  const state = { ended: false };
  const sending = sendUntil(night, () => state.ended);
  const before = await readFigures(realtime);
  const offset = (await clock(night)) - performance.now();
  const midnightAt = midnight.getTime() - offset;
  await sleep(midnightAt - performance.now());
  const cpuBefore = await readCpu(stack.database, [realtime, night.ingestion]);
  const atMidnight = await readFigures(realtime);
  const after = await untilSwept(realtime, atMidnight.turns + 2);
  const doneAt = performance.now();
  const cpuAfter = await readCpu(stack.database, [realtime, night.ingestion]);
  await sleep(QUIET_MS);
  state.ended = true;
  const marked = await sending;
  await eventually(() => isDrained(stack, marked, watched), { withinMs: WITHIN_MS });
  await watched.stop();
  console.log(`  midnight is in all cohorts after ${round((doneAt - midnightAt) / 1_000)} s`);
  console.log(`    evaluated ${after.evaluated - before.evaluated} cohorts, ${after.moves - before.moves} moves`);
  console.log(`    ${slicesBetween(atMidnight, after)}`);
  await reportCommits(night);
  for (const [name, seconds] of cpuBetween(cpuBefore, cpuAfter)) {
    console.log(`    CPU ${name}: ${round(seconds)} s`);
  }
  report('before', marked, watched, [-Infinity, midnightAt]);
  report('during', marked, watched, [midnightAt, doneAt]);
  report('after', marked, watched, [doneAt, Infinity]);
  await reportMinutes(night);
  console.log(`  peak memory: realtime ${peakMemoryMb(realtime)} MB`);
}

/** Light load for as long as it takes. @returns when each person was marked */
async function sendUntil({ stack }: Night, isOver: () => boolean): Promise<Map<number, number>> {
  const marked = new Map<number, number>();
  while (!isOver()) {
    const sent = await sendEvents(stack, {
      projectId: stack.project.id,
      persons: PERSONS,
      perSecond: EVENTS_A_SECOND,
      forMs: 2_000,
      firstMarked: PERSONS + marked.size,
      event: LIVE_EVENT,
    });
    sent.marked.forEach((at, ordinal) => marked.set(ordinal, at));
  }
  return marked;
}

async function isDrained(
  { connection }: BenchStack,
  marked: ReadonlyMap<number, number>,
  watched: Watched,
): Promise<void> {
  const missing = [...marked.keys()].filter((ordinal) => !watched.at.has(ordinal)).length;
  const behind = await consumerLag(connection, 'realtime', [TOPICS.personChanged.name]);
  if (missing + behind > 0) {
    throw new Error(`${missing} of ${marked.size} marked persons never became members; ${behind} messages are left`);
  }
}

function report(
  name: string,
  marked: ReadonlyMap<number, number>,
  watched: Watched,
  [from, to]: readonly [number, number],
): void {
  const own = [...marked].filter(([, at]) => at >= from && at < to);
  const latencies = own.map(([ordinal, at]) => (watched.at.get(ordinal) ?? Infinity) - at);
  const of = (fraction: number) => round(quantile(latencies, fraction), 0);
  console.log(
    `  ${name}: event -> readable membership p50 ${of(0.5)} ms, p99 ${of(0.99)} ms, worst ${of(1)} ms (${latencies.length} watched)`,
  );
}

/** Commits of the sweeper after midnight, by the project's clock as each read it. */
async function reportCommits({ stack: { database, project }, midnight }: Night): Promise<void> {
  const { rows } = await database.pool.query<{ cohorts: number; rows: number; last: number; open: number }>(
    `SELECT count(DISTINCT cohort_id)::int AS cohorts, count(*)::int AS rows, extract(epoch FROM max(at) - $2)::float8 AS last,
       count(*) FILTER (WHERE announced_at IS NULL)::int AS open
     FROM membership_delta WHERE project_id = $1 AND reason = 'time' AND at >= $2`,
    [project.id, midnight],
  );
  const { cohorts = 0, rows: chunks = 0, open = 0 } = rows[0] ?? {};
  console.log(`    ${cohorts} cohorts moved in ${chunks} chunks; ${open} of them not announced yet`);
}

/** How late, after the minute was over, its persons left. */
async function reportMinutes({ stack: { database, project }, midnight, minuteId }: Night): Promise<void> {
  const { rows } = await database.pool.query<{ at: Date; left_: Buffer }>(
    `SELECT at, left_ FROM membership_delta WHERE project_id = $1 AND cohort_id = $2 AND reason = 'time' ORDER BY at`,
    [project.id, minuteId],
  );
  const late = rows.map(({ at, left_ }) => {
    const left = deserializeBitmap(left_);
    const { size } = left;
    left.dispose();
    return `${round((at.getTime() - midnight.getTime()) / 1_000)} s: ${size} left, ${round((at.getTime() % MINUTE_MS) / 1_000)} s late`;
  });
  console.log(`  cohort of a minute (by seconds since midnight): ${late.join('; ')}`);
}

function seconds(startedAt: number): number {
  return round((performance.now() - startedAt) / 1_000);
}
