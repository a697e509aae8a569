import { TOPICS } from '#contracts';
import { consumerLag, eventually, type ServiceProcess } from '#testing';

import { type BenchStack, quantile, round } from '../bench-stack.js';
import { StolenTime } from '../stolen-time.js';
import { cpuBetween, readCpu } from './cpu-time.js';
import { type Load, sendEvents } from './send-events.js';
import { watchMembers } from './watch-members.js';

const WITHIN_MS = 180_000;

export interface Measured {
  readonly stack: BenchStack;
  readonly services: readonly ServiceProcess[];
  /** The cohort whose members are watched. */
  readonly watchedId: number;
}

/** Sends one load, waits until all of it is readable, and prints what it took. @returns how many persons it marked */
export async function runLoad(name: string, { stack, services, watchedId }: Measured, load: Load): Promise<number> {
  const watched = watchMembers(stack.database, load.projectId, watchedId);
  const before = await readCpu(stack.database, services);
  const stolen = new StolenTime();
  const sent = await sendEvents(stack, load);
  const endedAt = performance.now();
  const share = round(stolen.next() * 100);
  const behind = await eventsBehind(stack);
  await eventually(
    async () => {
      const missing = [...sent.marked.keys()].filter((ordinal) => !watched.at.has(ordinal)).length;
      const left = await eventsBehind(stack);
      if (missing + left > 0) {
        throw new Error(
          `${missing} of ${sent.marked.size} marked persons never became members; ${left} messages are left`,
        );
      }
    },
    { withinMs: WITHIN_MS },
  );
  const drainedMs = performance.now() - endedAt;
  await watched.stop();
  const after = await readCpu(stack.database, services);
  const latencies = [...sent.marked].map(([ordinal, at]) => (watched.at.get(ordinal) ?? Infinity) - at);
  const of = (fraction: number) => round(quantile(latencies, fraction), 0);
  const rate = round((sent.count * 1_000) / load.forMs, 0);
  console.log(`  ${name}, ${load.perSecond} events/s (sent ${rate}/s; ${share} % of the processors' time stolen):`);
  console.log(
    `    event -> readable membership p50 ${of(0.5)} ms, p99 ${of(0.99)} ms, worst ${of(1)} ms (${latencies.length} watched)`,
  );
  console.log(`    messages waiting at the end ${behind}, all done ${round(drainedMs, 0)} ms later`);
  console.log(`    CPU per event: ${cpuPerEvent(cpuBetween(before, after), sent.count)}`);
  return sent.marked.size;
}

/** Events not counted yet, and changes of persons that members do not know yet. */
async function eventsBehind({ connection, database }: BenchStack): Promise<number> {
  const events = await consumerLag(connection, 'ingestion', [TOPICS.events.name]);
  const { rows } = await database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM outbox WHERE published_at IS NULL AND aggregatetype = $1',
    [TOPICS.personChanged.name],
  );
  return events + (rows[0]?.count ?? 0) + (await consumerLag(connection, 'realtime', [TOPICS.personChanged.name]));
}

function cpuPerEvent(cpu: ReadonlyMap<string, number>, events: number): string {
  const used = [...cpu].map(([name, seconds]) => ({ name, us: (seconds * 1e6) / events }));
  const parts = used.filter(({ us }) => us > 1).map(({ name, us }) => `${name} ${round(us, 0)} us`);
  return `${round(
    used.reduce((sum, { us }) => sum + us, 0),
    0,
  )} us (${parts.join(', ')})`;
}
