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
