import { readFileSync } from 'node:fs';

import type { Database } from '#persistence';
import type { ServiceProcess } from '#testing';

/** The kernel's clock ticks a second (sysconf(_SC_CLK_TCK)), 100 on every Linux. */
const TICKS = 100;

interface ProcessTime {
  readonly name: string;
  readonly seconds: number;
}

/** Processor time so far by process. */
export type CpuTimes = ReadonlyMap<number, ProcessTime>;

/** Of each service and of PostgreSQL's processes that work for it. */
export async function readCpu(database: Database, services: readonly ServiceProcess[]): Promise<CpuTimes> {
  const { rows } = await database.pool.query<{ pid: number; name: string }>(
    `SELECT pid, application_name AS name FROM pg_stat_activity WHERE backend_type = 'client backend'`,
  );
  const named = [...services, ...rows.map(({ pid, name }) => ({ pid, name: `PostgreSQL for ${name}` }))];
  return new Map(named.map(({ pid, name }) => [pid, { name, seconds: secondsOf(pid) }]));
}

/** @returns name → seconds; what a process did that has ended since is not known */
export function cpuBetween(before: CpuTimes, after: CpuTimes): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const [pid, { name, seconds }] of after) {
    used.set(name, (used.get(name) ?? 0) + seconds - (before.get(pid)?.seconds ?? 0));
  }
  return used;
}

function secondsOf(pid: number): number {
  const stat = readStat(pid);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** A connection may have gone since it was listed. */
function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return `${pid} (gone) Z${' 0'.repeat(20)}`;
  }
}
