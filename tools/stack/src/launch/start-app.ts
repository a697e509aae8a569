import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

import { endProcess, identityOf, removePidFile, REPOSITORY_ROOT, writePidFile } from '../embedded/index.js';
import { nodeFlagsOf } from '../node-flags.js';
import type { Run } from './keep-alive.js';
import type { Printer } from './printer.js';

export interface AppOptions {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly pidFile: string;
  readonly printer: Printer;
}

export interface AppRun extends Run {
  readonly url: string;
}

const READY_WITHIN_MS = 45_000;

/** Starts a service from dist as its own process; resolves when it says that it is ready. */
export async function startApp(options: AppOptions): Promise<AppRun> {
  const main = join(REPOSITORY_ROOT, `dist/apps/${options.name}/src/main.js`);
  // A process group of its own: Ctrl-C reaches the launcher alone, and the order of stopping is ours.
  const child = spawn(process.execPath, [...nodeFlagsOf(options.name), main], {
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  options.printer.follow(options.name, child);
  const ended = endOf(child);
  const pid = child.pid ?? 0;
  writePidFile(options.pidFile, pid);
  void ended.then(() => {
    removePidFile(options.pidFile);
  });
  const stop = (graceMs: number) => stopChild(pid, ended, graceMs);
  try {
    return { pid, ended, stop, url: await readyUrl(child, ended) };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    // Not 'exit': its last lines are still to be printed then.
    child.once('close', (code, signal) => {
      resolve(signal === null ? `code ${code ?? 'unknown'}` : `signal ${signal}`);
    });
  });
}

async function stopChild(pid: number, ended: Promise<string>, graceMs: number): Promise<void> {
  const identity = identityOf(pid);
  if (identity !== undefined) {
    await endProcess(identity, 'SIGTERM', graceMs);
  }
  await ended;
}

function readyUrl(child: ChildProcess, ended: Promise<string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not ready within ${READY_WITHIN_MS / 1000} s`));
    }, READY_WITHIN_MS);
    child.on('message', (message: { type?: unknown; url?: unknown }) => {
      if (message.type === 'ready' && typeof message.url === 'string') {
        clearTimeout(timer);
        resolve(message.url);
      }
    });
    void ended.then((how) => {
      clearTimeout(timer);
      reject(new Error(`ended before it was ready (${how})`));
    });
  });
}
