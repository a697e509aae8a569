import type { KafkaConnection } from '#messaging';
import type { Database } from '#persistence';

import { createTestProject, type TestProject } from './create-test-project.js';
import { SERVICE_NAMES, type ServiceName, type ServiceProcess, startService } from './start-service.js';
import { useDatabase } from './use-database.js';
import { useKafka } from './use-kafka.js';

/** A whole Muster of one test file; read it in tests and hooks, not while the file is being loaded. */
export interface TestStack {
  readonly gatewayUrl: string;
  readonly database: Database;
  readonly connection: KafkaConnection;
  readonly project: TestProject;
  readonly services: Record<ServiceName, ServiceProcess>;
  /** What every service of this stack is started with, for `startService` of further replicas. */
  readonly env: Record<string, string>;
}

const SET_UP_WITHIN_MS = 120_000;

/** Gives the file (or describe) that calls it a database, topics, a project and the named services (default: all) as processes. */
export function useStack(
  names: readonly ServiceName[] = SERVICE_NAMES,
  extraEnv: Record<string, string> = {},
): TestStack {
  const own = useDatabase();
  const kafka = useKafka();
  const services: Partial<Record<ServiceName, ServiceProcess>> = {};
  let project: TestProject | undefined;
  const env = () => ({
    DATABASE_URL: own.url,
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    ...extraEnv,
  });
  beforeAll(async () => {
    project = await createTestProject(own.database);
    await Promise.all(names.map(async (name) => (services[name] = await startService(name, env()))));
  }, SET_UP_WITHIN_MS);
  return {
    get gatewayUrl() {
      return (services.gateway ?? missing('gateway')).url;
    },
    get database() {
      return own.database;
    },
    get connection() {
      return kafka.connection;
    },
    get project() {
      return project ?? missing('project');
    },
    get services() {
      return services as Record<ServiceName, ServiceProcess>;
    },
    get env() {
      return env();
    },
  };
}

function missing(what: string): never {
  throw new Error(
    `The ${what} of the test stack exists inside tests and hooks only, and when useStack was asked for it.`,
  );
}
