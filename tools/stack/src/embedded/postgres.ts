import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Client } from 'pg';

import { freePort } from './free-port.js';
import { endOrphan } from './pid-file.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { identityOf } from './process-identity.js';
import { type ServerProcess, startServer } from './server-process.js';
import { unprivileged } from './unprivileged.js';
import { waitUntilUp } from './wait-until-up.js';

export interface PostgresOptions {
  /** Holds the data, the log, the pid file and the password; made when missing. */
  readonly directory: string;
  readonly port?: number;
  /** false only where losing everything at a power cut is fine: tests. */
  readonly durable?: boolean;
  readonly onProgress?: (line: string) => void;
}

export interface EmbeddedPostgres extends ServerProcess {
  readonly port: number;
  /** Connection URL of a database of this server. */
  urlOf(database: string): string;
}

const USER = 'muster';
const START_WITHIN_MS = 30_000;
const ORPHAN_GRACE_MS = 5_000;

const INITDB = [
  '--no-sync',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--locale=C.UTF-8',
];

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '200',
  // Nobody replicates from an embedded server: COPY into fresh tables then skips the log.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  // Compiling costs more than our short statements take.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Starts PostgreSQL on 127.0.0.1 and resolves when it answers. What an earlier killed run left running is ended first. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const data = join(directory, 'data');
  const pidFile = join(directory, 'postgres.pid.json');
  await endOrphan(pidFile, 'SIGINT', ORPHAN_GRACE_MS);
  const binaries = await findPostgresBinaries();
  if (!existsSync(join(data, 'PG_VERSION'))) {
    options.onProgress?.('Creating the PostgreSQL data directory');
    await initialise(binaries, directory, data);
  }
  removeStaleLock(data);
  const port = options.port ?? (await freePort());
  options.onProgress?.(`Starting PostgreSQL on 127.0.0.1:${port}`);
  const server = await startServer({
    name: 'postgres',
    ...unprivileged().wrap(binaries.postgres, postgresArguments(data, port, options.durable ?? true)),
    logFile: join(directory, 'postgres.log'),
    pidFile,
    stopSignal: 'SIGINT',
  });
  const urlOf = urlFactory(port, readFileSync(passwordFile(directory), 'utf8').trim());
  await waitUntilUp('PostgreSQL', server, () => probe(urlOf('postgres')), START_WITHIN_MS);
  return { ...server, port, urlOf };
}

/** Makes the database unless it is there. */
export async function ensureDatabase(server: EmbeddedPostgres, name: string): Promise<void> {
  const client = new Client({ connectionString: server.urlOf('postgres') });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}

/** Works beside and renames at the end: what a killed start left half done is never taken for a data directory. */
async function initialise(binaries: PostgresBinaries, directory: string, data: string): Promise<void> {
  const unfinished = mkdtempSync(join(mkdirs(directory), 'initialising-'));
  const user = unprivileged();
  if (user.owner !== undefined) {
    chownSync(unfinished, user.owner.uid, user.owner.gid);
  }
  const password = passwordFile(directory);
  writeFileSync(password, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  const { command, args } = user.wrap(binaries.initdb, [
    '-D',
    unfinished,
    '-U',
    USER,
    `--pwfile=${password}`,
    ...INITDB,
  ]);
  await promisify(execFile)(command, args, { env: { ...process.env, LC_ALL: 'C' } });
  renameSync(unfinished, data);
}

function mkdirs(directory: string): string {
  mkdirSync(directory, { recursive: true });
  return directory;
}

function postgresArguments(data: string, port: number, durable: boolean): string[] {
  const settings = durable ? SETTINGS : { ...SETTINGS, fsync: 'off', full_page_writes: 'off' };
  return [
    '-D',
    data,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** A lock whose pid meanwhile belongs to some other program would keep the server from starting. */
function removeStaleLock(data: string): void {
  const lock = join(data, 'postmaster.pid');
  const pid = existsSync(lock) ? Number(readFileSync(lock, 'utf8').split('\n')[0]) : undefined;
  if (pid !== undefined && (identityOf(pid) === undefined || !commandOf(pid).includes('postgres'))) {
    rmSync(lock, { force: true });
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // Where the command cannot be read, leave the lock to PostgreSQL's own judgement.
    return 'postgres';
  }
}

function urlFactory(port: number, password: string): (database: string) => string {
  return (database) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

function passwordFile(directory: string): string {
  return join(directory, 'postgres.password');
}

async function probe(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}
