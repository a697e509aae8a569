import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { commonSettings, defineConfig, setting } from '#config';

import { REPOSITORY_ROOT } from '../../stack/src/embedded/repository-root.js';
import { UsageError } from './usage.js';

const cliConfig = defineConfig({
  databaseUrl: setting.text('DATABASE_URL', { doc: 'Default: that of the running stack.', default: '' }),
  kafkaBrokers: setting.list('KAFKA_BROKERS', { doc: 'Default: those of the running stack.', default: [] }),
  kafkaTopicPrefix: commonSettings.kafkaTopicPrefix,
  dataDirectory: setting.text('MUSTER_DATA_DIR', {
    doc: 'Data directory of the running stack.',
    default: resolve(REPOSITORY_ROOT, '.muster'),
  }),
  testFeatures: commonSettings.testFeatures,
});

/** Where the commands find the installation: the environment, else the running stack. */
export interface Settings {
  readonly testFeatures: boolean;
  /** @throws UsageError when neither tells */
  databaseUrl(): string;
  /** @throws UsageError when no stack runs on the data directory */
  stack(): RunningStack;
  /** @throws UsageError when neither tells */
  kafka(): { brokers: readonly string[]; topicPrefix: string };
}

export function readSettings(): Settings {
  const config = cliConfig.read();
  return {
    testFeatures: config.testFeatures,
    stack: () => runningStack(config.dataDirectory),
    databaseUrl: () =>
      config.databaseUrl || runningStack(config.dataDirectory, 'DATABASE_URL is not set, and ').database_url,
    kafka() {
      if (config.kafkaBrokers.length > 0) {
        return { brokers: config.kafkaBrokers, topicPrefix: config.kafkaTopicPrefix };
      }
      const stack = runningStack(config.dataDirectory, 'KAFKA_BROKERS is not set, and ');
      return { brokers: stack.kafka_brokers.split(','), topicPrefix: stack.kafka_topic_prefix };
    },
  };
}

interface RunningStack {
  readonly gateway_url: string;
  readonly project_id: number;
  readonly project_token: string;
  readonly personal_api_key: string;
  readonly database_url: string;
  readonly kafka_brokers: string;
  readonly kafka_topic_prefix: string;
}

function runningStack(directory: string, missing = ''): RunningStack {
  const file = join(directory, 'connection.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunningStack;
  } catch {
    throw new UsageError(`${missing}no stack runs on ${directory} (there is no ${file}): start one with npm start.`);
  }
}
