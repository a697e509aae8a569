import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TOPICS } from '#contracts';
import { ensureTopics, KafkaConnection } from '#messaging';
import { Database, migrate } from '#persistence';
import {
  createTestProject,
  eventually,
  type ServiceName,
  type ServiceProcess,
  startService,
  type TestProject,
} from '#testing';

import { REPOSITORY_ROOT, startKafka, startPostgres } from '../../tools/stack/src/embedded/index.js';

/** Fresh servers with the durability of `npm start`, so that what is measured is what is kept. */
export interface BenchStack {
  /** Of the database. */
  readonly url: string;
  readonly database: Database;
  readonly connection: KafkaConnection;
  readonly project: TestProject;
  newProject(): Promise<TestProject>;
  start(name: ServiceName, env?: Record<string, string>): Promise<ServiceProcess>;
}

/** Brings up PostgreSQL and Kafka for one benchmark, runs it, and takes all down again. */
export async function withStack(work: (stack: BenchStack) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  const postgres = await startPostgres({ directory: join(directory, 'postgres'), durable: true });
  const kafka = await startKafka({
    directory: join(directory, 'kafka'),
    cacheDirectory: join(REPOSITORY_ROOT, '.muster-cache'),
  });
  const services: ServiceProcess[] = [];
  const url = postgres.urlOf('postgres');
  try {
    await migrate(url);
    const database = await Database.connect({ url, poolSize: 5, applicationName: 'bench' });
    const connection = new KafkaConnection({ clientId: 'bench', brokers: [kafka.broker], topicPrefix: '' });
    await eventually(() => ensureTopics(connection, Object.values(TOPICS)));
    const start = async (name: ServiceName, env: Record<string, string> = {}) => {
      const service = await startService(name, {
        DATABASE_URL: url,
        KAFKA_BROKERS: kafka.broker,
        MUSTER_LOG_LEVEL: 'warn',
        ...env,
      });
      services.push(service);
      return service;
    };
    const newProject = () => createTestProject(database);
    await work({ url, database, connection, project: await newProject(), newProject, start });
    await database.close();
  } finally {
    await stopAll(services);
    await Promise.all([kafka.stop(), postgres.stop()]);
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function stopAll(services: readonly ServiceProcess[]): Promise<void> {
  services.forEach((service) => {
    service.kill();
  });
  await Promise.all(services.map((service) => service.exited));
}

/** The most memory a process has held so far, in MB (VmHWM). */
export function peakMemoryMb(service: ServiceProcess): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

/** @param fraction 0.5 for the median */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
