import { resolve } from 'node:path';

import { type Config, defineConfig, setting } from '#config';

import { REPOSITORY_ROOT } from '../embedded/index.js';

/** What `npm start` may be told by its environment; services read the rest of it themselves. */
export const stackConfig = defineConfig({
  databaseUrl: setting.text('DATABASE_URL', {
    doc: 'A PostgreSQL of your own; empty starts an embedded one.',
    default: '',
  }),
  kafkaBrokers: setting.list('KAFKA_BROKERS', {
    doc: 'A Kafka of your own, host:port, comma separated; empty starts an embedded one.',
    default: [],
  }),
  kafkaTopicPrefix: setting.text('KAFKA_TOPIC_PREFIX', {
    doc: 'Put before every topic and consumer group, so that several installations can share a cluster.',
    default: '',
  }),
  dataDirectory: setting.text('MUSTER_DATA_DIR', {
    doc: 'Where everything is kept; stacks with different ones run side by side.',
    default: resolve(REPOSITORY_ROOT, '.muster'),
  }),
  cacheDirectory: setting.text('MUSTER_CACHE_DIR', {
    doc: 'Where the jars of the embedded Kafka are kept, for all stacks.',
    default: resolve(REPOSITORY_ROOT, '.muster-cache'),
  }),
  port: setting.integer('PORT', { doc: 'Port of the HTTP API; 0 takes any free one.', default: 8000, max: 65_535 }),
  log: setting.oneOf('MUSTER_LOG', ['json', 'pretty'], {
    doc: 'Form of the log lines; the default is pretty on a terminal, else json.',
    default: process.stdout.isTTY ? 'pretty' : 'json',
  }),
});

export type StackConfig = Config<typeof stackConfig>;
