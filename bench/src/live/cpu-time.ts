import { readFileSync } from 'node:fs';

import type { Database } from '#persistence';
import type { ServiceProcess } from '#testing';

/** The kernel's clock ticks a second (sysconf(_SC_CLK_TCK)), 100 on every Linux. */
const TICKS = 100;

/** Seconds of processor time so far, of each service and of PostgreSQL's processes that work for it. */
export async function cpuSeconds(
  database: Database,
  services: readonly ServiceProcess[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.pool.query<{ pid: number; name: string }>(
    `SELECT pid, application_name AS name FROM pg_stat_activity WHERE backend_type = 'client backend'`,
  );
  const seconds = new Map(services.map((service) => [service.name as string, secondsOf(service.pid)]));
  for (const { pid, name } of rows) {
    const key = `PostgreSQL for ${name}`;
    seconds.set(key, (seconds.get(key) ?? 0) + secondsOf(pid));
  }
  return seconds;
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
