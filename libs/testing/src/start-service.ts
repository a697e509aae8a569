import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

import { removePidFile, REPOSITORY_ROOT, writePidFile } from '../../../tools/stack/src/embedded/index.js';
import { nodeFlagsOf } from '../../../tools/stack/src/node-flags.js';
import { askForDirectory } from './servers/ask.js';
import { servicePidFile } from './servers/run-directory.js';

export const SERVICE_NAMES = ['gateway', 'ingestion', 'calculator', 'csv-import', 'realtime'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** A service of Muster as its own process, built from dist. */
export interface ServiceProcess {
  readonly name: ServiceName;
  readonly pid: number;
  /** Base URL, http://127.0.0.1:port. */
  readonly url: string;
  kill(signal?: NodeJS.Signals): void;
  /** Resolves with the exit code, null after a signal. */
  readonly exited: Promise<number | null>;
  /** Everything it has written so far. */
  logs(): string;
}

const READY_WITHIN_MS = 60_000;
const running = new Set<ServiceProcess>();

// Imported first, so registered first, so run before databases and topics are dropped. Outside Jest (bench) there are no hooks.
if (typeof afterAll === 'function') {
  afterAll(stopAllServices);
}

/** Starts a service on a free port with MUSTER_TEST=1; resolves when it is ready. @throws with its log when it exits or stays unready for 60 s */
export async function startService(name: ServiceName, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const child = spawn(
    process.execPath,
    [...nodeFlagsOf(name), join(REPOSITORY_ROOT, `dist/apps/${name}/src/main.js`)],
    {
      env: { ...basicEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const logs = collectLogs(child);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const forget = await rememberPid(name, child);
  void exited.then(forget);
  const url = await readyUrl(name, child, exited, logs);
  const service: ServiceProcess = {
    name,
    pid: child.pid ?? 0,
    url,
    exited,
    logs,
    kill: (signal = 'SIGTERM') => child.kill(signal),
  };
  running.add(service);
  void exited.then(() => running.delete(service));
  return service;
}

/** Kills the services that this file's tests left running. */
async function stopAllServices(): Promise<void> {
  const left = [...running];
  left.forEach((service) => {
    service.kill('SIGKILL');
  });
  await Promise.all(left.map((service) => service.exited));
}

function basicEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return {
    PATH,
    HOME,
    PORT: '0',
    MUSTER_TEST: '1',
    MUSTER_LOG: 'json',
    // Fault tests kill consumers: their partitions should not wait for the ten seconds of production.
    KAFKA_SESSION_TIMEOUT_MS: '3000',
    OUTBOX_LEASE_MS: '3000',
  };
}

function collectLogs(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  return () => chunks.join('');
}

/** A worker of Jest may be killed: the next run then ends what it left. @returns what forgets the process again */
async function rememberPid(name: string, child: ChildProcess): Promise<() => void> {
  const pid = child.pid;
  if (pid === undefined || process.env['MUSTER_TEST_SERVERS'] === undefined) {
    return () => undefined;
  }
  const { directory } = await askForDirectory();
  const file = servicePidFile(directory, name, pid);
  writePidFile(file, pid);
  return () => {
    removePidFile(file);
  };
}

function readyUrl(
  name: string,
  child: ChildProcess,
  exited: Promise<number | null>,
  logs: () => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${name} ${what}. Its log:\n${logs()}`));
    };
    const timer = setTimeout(fail, READY_WITHIN_MS, `was not ready within ${READY_WITHIN_MS} ms`);
    child.on('message', (message: { type?: unknown; url?: unknown }) => {
      if (message.type === 'ready' && typeof message.url === 'string') {
        clearTimeout(timer);
        resolve(message.url.replace(/\/\/(0\.0\.0\.0|\[::1?\]|localhost)/, '//127.0.0.1').replace(/\/$/, ''));
      }
    });
    child.once('error', (error) => {
      fail(`could not be started (${error.message})`);
    });
    void exited.then((code) => {
      fail(`ended with code ${code ?? 'null'} before it was ready`);
    });
  });
}
