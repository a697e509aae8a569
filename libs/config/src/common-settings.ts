import { setting } from './setting.js';

/** What every service needs: where the database and the brokers are, and how to log. */
export const commonSettings = {
  databaseUrl: setting.text('DATABASE_URL', {
    doc: 'PostgreSQL connection URL, postgres://user:password@host:port/database.',
  }),
  databasePoolSize: setting.integer('DATABASE_POOL_SIZE', {
    doc: 'Connections this process may hold at once.',
    default: 5,
    min: 2,
    max: 100,
  }),
  kafkaBrokers: setting.list('KAFKA_BROKERS', { doc: 'Kafka bootstrap servers, host:port, comma separated.' }),
  kafkaTopicPrefix: setting.text('KAFKA_TOPIC_PREFIX', {
    doc: 'Put before every topic and consumer group, so that several installations can share a cluster.',
    default: '',
  }),
  kafkaSessionTimeoutMs: setting.integer('KAFKA_SESSION_TIMEOUT_MS', {
    doc: "After so many milliseconds of silence a dead consumer's partitions go to others; not below the broker's group.min.session.timeout.ms.",
    default: 10_000,
    min: 1_000,
    max: 300_000,
  }),
  outboxLeaseMs: setting.integer('OUTBOX_LEASE_MS', {
    doc: 'After so many milliseconds the messages that a dead process was sending go to the relay of another.',
    default: 30_000,
    min: 100,
    max: 600_000,
  }),
  log: setting.oneOf('MUSTER_LOG', ['json', 'pretty'], { doc: 'Form of the log lines.', default: 'json' }),
  logLevel: setting.oneOf('MUSTER_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'fatal'], {
    doc: 'Least severe level that is logged.',
    default: 'info',
  }),
  testFeatures: setting.boolean('MUSTER_TEST', {
    doc: 'Allows what only tests may do, such as shifting a project clock. Never set it in production.',
    default: false,
  }),
};
