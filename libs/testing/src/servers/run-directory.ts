import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { endOrphan, readPidFile, REPOSITORY_ROOT, writePidFile } from '../../../../tools/stack/src/embedded/index.js';

const RUNS = join(REPOSITORY_ROOT, '.muster-test');
const OWNER = 'run.pid.json';
const PIDS = 'pids';
/** Where the embedded servers keep their pid files, and how each is asked to stop. */
const SERVERS = [
  { pidFile: 'postgres/postgres.pid.json', signal: 'SIGINT' },
  { pidFile: 'kafka/kafka.pid.json', signal: 'SIGTERM' },
] as const;
const GRACE_MS = 2_000;

/** Makes this run's directory. Runs whose process is gone are cleaned up first: their servers ended, their files removed. */
export async function openRunDirectory(): Promise<string> {
  mkdirSync(RUNS, { recursive: true });
  for (const name of readdirSync(RUNS)) {
    await cleanUpWhenStale(join(RUNS, name));
  }
  const directory = join(RUNS, `run-${process.pid}`);
  mkdirSync(join(directory, PIDS), { recursive: true });
  writePidFile(join(directory, OWNER), process.pid);
  return directory;
}

/** Ends what a run may have left (services of killed workers) and removes its files. */
export async function closeRunDirectory(directory: string): Promise<void> {
  for (const name of filesOf(join(directory, PIDS))) {
    await endOrphan(join(directory, PIDS, name), 'SIGKILL', GRACE_MS);
  }
  for (const { pidFile, signal } of SERVERS) {
    await endOrphan(join(directory, pidFile), signal, GRACE_MS);
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** Where the pid files of the services started by tests are kept. */
export function servicePidFile(directory: string, name: string, pid: number): string {
  return join(directory, PIDS, `${name}-${pid}.json`);
}

async function cleanUpWhenStale(directory: string): Promise<void> {
  if (readPidFile(join(directory, OWNER)) === undefined) {
    await closeRunDirectory(directory);
  }
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
