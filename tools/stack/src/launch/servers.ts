import {
  type EmbeddedKafka,
  type EmbeddedPostgres,
  ensureDatabase,
  startKafka,
  startPostgres,
} from '../embedded/index.js';
import type { DataDirectory } from './data-directory.js';
import { KeptAlive, type Run } from './keep-alive.js';
import type { StackConfig } from './stack.config.js';

/** Where PostgreSQL and Kafka are, and the embedded ones among them. */
export interface Servers {
  readonly databaseUrl: string;
  readonly brokers: string;
  readonly embedded: readonly KeptAlive[];
}

export interface ServerHooks {
  readonly say: (line: string) => void;
  readonly onChange: () => void;
}

const DATABASE = 'muster';

/** Starts what the environment does not bring, both at once. An embedded server that dies comes back on the same port. */
export async function startServers(
  config: StackConfig,
  directory: DataDirectory,
  hooks: ServerHooks,
): Promise<Servers> {
  const [postgres, kafka] = await Promise.all([
    config.databaseUrl === '' ? startOwnPostgres(directory, hooks) : undefined,
    config.kafkaBrokers.length === 0 ? startOwnKafka(config, directory, hooks) : undefined,
  ]);
  return {
    databaseUrl: postgres?.url ?? config.databaseUrl,
    brokers: kafka?.broker ?? config.kafkaBrokers.join(','),
    embedded: [postgres?.server, kafka?.server].filter((server) => server !== undefined),
  };
}

async function startOwnPostgres(
  directory: DataDirectory,
  hooks: ServerHooks,
): Promise<{ server: KeptAlive; url: string }> {
  let last: EmbeddedPostgres | undefined;
  const start = async (): Promise<Run> => {
    last = await startPostgres({
      directory: directory.postgres,
      onProgress: hooks.say,
      ...(last === undefined ? {} : { port: last.port }),
    });
    await ensureDatabase(last, DATABASE);
    return runOf(last);
  };
  const server = new KeptAlive({ name: 'postgres', start, ...hooks });
  await server.start();
  return { server, url: last?.urlOf(DATABASE) ?? '' };
}

async function startOwnKafka(
  config: StackConfig,
  directory: DataDirectory,
  hooks: ServerHooks,
): Promise<{ server: KeptAlive; broker: string }> {
  let last: EmbeddedKafka | undefined;
  const start = async (): Promise<Run> => {
    last = await startKafka({
      directory: directory.kafka,
      cacheDirectory: config.cacheDirectory,
      onProgress: hooks.say,
      ...(last === undefined ? {} : { port: last.port }),
    });
    return runOf(last);
  };
  const server = new KeptAlive({ name: 'kafka', start, ...hooks });
  await server.start();
  return { server, broker: last?.broker ?? '' };
}

function runOf(server: EmbeddedPostgres | EmbeddedKafka): Run {
  return {
    pid: server.pid,
    ended: server.exited.then((code) => (code === null ? 'killed' : `code ${code}`)),
    stop: (graceMs) => server.stop(graceMs),
  };
}
