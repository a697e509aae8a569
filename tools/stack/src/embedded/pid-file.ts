import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

const POLL_MS = 20;

/** Remembers a process we started, so that the next run can end it when this one was killed. */
export function writePidFile(path: string, pid: number): void {
  const identity = identityOf(pid);
  if (identity === undefined) {
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(identity));
  renameSync(`${path}.new`, path);
}

/** @returns the process of the file while it still runs, else undefined; another process under its pid is never taken for it */
export function readPidFile(path: string): ProcessIdentity | undefined {
  try {
    const identity = JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
    return isRunning(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/** Ends what an earlier, killed run left behind. @returns whether there was such a process */
export async function endOrphan(path: string, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  const orphan = readPidFile(path);
  if (orphan !== undefined) {
    await endProcess(orphan, signal, graceMs);
  }
  removePidFile(path);
  return orphan !== undefined;
}

/** Sends the signal, waits up to `graceMs`, then kills. Resolves when the process is gone. */
export async function endProcess(target: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  sendSignal(target.pid, signal);
  for (let waitedMs = 0; isRunning(target); waitedMs += POLL_MS) {
    if (waitedMs >= graceMs) {
      sendSignal(target.pid, 'SIGKILL');
    }
    await sleep(POLL_MS);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}
