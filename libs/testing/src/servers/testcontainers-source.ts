import type { StartedTestContainer } from 'testcontainers';

import type { ServerSource } from './server-source.js';

const POSTGRES_IMAGE = 'postgres:18';
/** The first line of images that @testcontainers/kafka starts as KRaft by itself; it knows no others than Confluent's. */
const KAFKA_IMAGE = 'confluentinc/cp-kafka:8.1.0';
const KAFKA_PORT = 9093;

/** `TEST_INFRA=testcontainers`: the same servers by Docker. Kept correct by its types; not run where there is no Docker. */
export function testcontainersSource(): ServerSource {
  const started: StartedTestContainer[] = [];
  let postgres: Promise<string> | undefined;
  let kafka: Promise<readonly string[]> | undefined;
  return {
    postgres: () => (postgres ??= startPostgresContainer(started)),
    kafka: () => (kafka ??= startKafkaContainer(started)),
    async stop() {
      await Promise.allSettled(started.map((container) => container.stop()));
    },
  };
}

async function startPostgresContainer(started: StartedTestContainer[]): Promise<string> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const container = await new PostgreSqlContainer(POSTGRES_IMAGE)
    .withDatabase('postgres')
    .withCommand(['postgres', '-c', 'max_connections=200', '-c', 'fsync=off'])
    .start();
  started.push(container);
  return container.getConnectionUri();
}

async function startKafkaContainer(started: StartedTestContainer[]): Promise<readonly string[]> {
  const { KafkaContainer } = await import('@testcontainers/kafka');
  const container = await new KafkaContainer(KAFKA_IMAGE)
    .withEnvironment({ KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false', KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000' })
    .start();
  started.push(container);
  return [`${container.getHost()}:${container.getMappedPort(KAFKA_PORT)}`];
}
