import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { endProcess, removePidFile, writePidFile } from './pid-file.js';
import { identityOf } from './process-identity.js';

export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly pidFile: string;
  readonly stopSignal: NodeJS.Signals;
  readonly uid?: number;
  readonly gid?: number;
}

/** A server of ours in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with the exit code, null after a signal. */
  readonly exited: Promise<number | null>;
  hasExited(): boolean;
  /** Asks it to stop, kills it after `graceMs`; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

const STOP_GRACE_MS = 4_000;

/**
 * Starts a server whose output goes to a file.
 * It leads a process group of its own, so that Ctrl-C reaches the launcher alone and the order of stopping is ours.
 */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  mkdirSync(dirname(command.logFile), { recursive: true });
  const log = openSync(command.logFile, 'a');
  const child = spawn(command.command, command.args, {
    detached: true,
    stdio: ['ignore', log, log],
    ...(command.uid === undefined ? {} : { uid: command.uid }),
    ...(command.gid === undefined ? {} : { gid: command.gid }),
  });
  closeSync(log);
  const pid = await pidOf(child);
  writePidFile(command.pidFile, pid);
  return handleOf(child, pid, command);
}

function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      resolve(child.pid ?? 0);
    });
  });
}

function handleOf(child: ChildProcess, pid: number, command: ServerCommand): ServerProcess {
  let gone = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      gone = true;
      removePidFile(command.pidFile);
      resolve(code);
    });
  });
  return {
    pid,
    logFile: command.logFile,
    exited,
    hasExited: () => gone,
    async stop(graceMs = STOP_GRACE_MS) {
      const identity = identityOf(pid);
      if (identity !== undefined) {
        await endProcess(identity, command.stopSignal, graceMs);
      }
      await exited;
    },
  };
}

/** The last lines a server wrote, for the message that says why it did not start. */
export function lastLines(file: string, count = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
