import { join } from 'node:path';

import { commonSettings, defineConfig, setting } from '#config';
import { KafkaConnection } from '#messaging';

import { readState, writeState } from '../prepare/stack-state.js';
import { sendEvents } from './send-events.js';
import { tellYear } from './tell-year.js';
import { waitForIngestion } from './wait-for-ingestion.js';

const demoConfig = defineConfig({
  kafkaBrokers: commonSettings.kafkaBrokers,
  kafkaTopicPrefix: commonSettings.kafkaTopicPrefix,
  dataDirectory: setting.text('MUSTER_DATA_DIR', { doc: 'Where the project is remembered.' }),
});

const INGESTED_WITHIN_MS = 120_000;

/** Fills the demo project by the topic `events`, as another team would, and waits until ingestion has taken it in. */
async function fillDemoProject(): Promise<object> {
  const config = demoConfig.read();
  const stateFile = join(config.dataDirectory, 'state.json');
  const state = readState(stateFile);
  if (state === undefined) {
    throw new Error(`${stateFile} is missing: the preparing step writes it.`);
  }
  const events = tellYear(state.project_id, new Date(state.demo_until));
  const persons = new Set(events.filter(({ event }) => event === '$identify').map(({ distinct_id }) => distinct_id));
  console.log(`Sending a year of demo data: ${events.length} events, ${persons.size} signed-up persons`);
  const connection = new KafkaConnection({
    clientId: 'muster-demo',
    brokers: config.kafkaBrokers,
    topicPrefix: config.kafkaTopicPrefix,
  });
  await sendEvents(connection, events);
  await waitForIngestion(connection, INGESTED_WITHIN_MS);
  writeState(stateFile, { ...state, demo: 'there' });
  console.log('The demo data is in');
  return { events: events.length };
}

try {
  process.send?.(await fillDemoProject());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
