import { join } from 'node:path';

import { Pool } from 'pg';

import { commonSettings, defineConfig, setting } from '#config';
import { TOPICS } from '#contracts';
import { ensureTopics, KafkaConnection } from '#messaging';
import { migrate } from '#persistence';

import { findOrCreateProject, nextCohortId } from './find-or-create-project.js';
import type { Prepared } from './prepared.js';
import { readState, writeState } from './stack-state.js';

const prepareConfig = defineConfig({
  databaseUrl: commonSettings.databaseUrl,
  kafkaBrokers: commonSettings.kafkaBrokers,
  kafkaTopicPrefix: commonSettings.kafkaTopicPrefix,
  dataDirectory: setting.text('MUSTER_DATA_DIR', { doc: 'Where the project and its key are remembered.' }),
  demo: setting.boolean('MUSTER_DEMO', { doc: 'Whether a new project gets demo data.', default: true }),
});

/** Schema, topics, and a project with a key: everything a new installation needs before its services start. Idempotent. */
async function prepare(): Promise<Prepared> {
  const config = prepareConfig.read();
  const stateFile = join(config.dataDirectory, 'state.json');
  await Promise.all([migrate(config.databaseUrl), makeTopics(config.kafkaBrokers, config.kafkaTopicPrefix)]);
  const pool = new Pool({ connectionString: config.databaseUrl, max: 1 });
  try {
    const today = `${new Date().toISOString().slice(0, 'YYYY-MM-DD'.length)}T00:00:00.000Z`;
    const state = await findOrCreateProject(pool, readState(stateFile), config.demo, today);
    writeState(stateFile, state);
    return { ...state, next_cohort_id: await nextCohortId(pool) };
  } finally {
    await pool.end();
  }
}

async function makeTopics(brokers: readonly string[], topicPrefix: string): Promise<void> {
  const connection = new KafkaConnection({ clientId: 'muster-prepare', brokers, topicPrefix });
  await ensureTopics(connection, Object.values(TOPICS));
}

function tell(prepared: Prepared): void {
  if (process.send === undefined) {
    console.log(JSON.stringify(prepared));
  } else {
    process.send(prepared);
  }
}

try {
  tell(await prepare());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
