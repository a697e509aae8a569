import { consumeAs } from '#messaging';
import { runService } from '#observability';
import { classifyForMessages } from '#persistence';

import { ingestionConfig } from './config.js';
import { RestartBatch } from './ingest-events/restart-batch.js';
import { IngestionModule } from './ingestion.module.js';

/** So that its beat is longer than a batch of realtime's: with less the two fall out of step, and readers wait longer (docs/decisions/0012). */
const REST_TIMES = 2;

const config = ingestionConfig.read();

await runService({
  app: 'ingestion',
  module: IngestionModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: consumeAs('ingestion', {
    classify: (error) => (error instanceof RestartBatch ? 'transient' : classifyForMessages(error)),
    sessionTimeoutMs: config.kafkaSessionTimeoutMs,
    // While one batch waits for PostgreSQL the next is parsed and planned.
    batchesAtOnce: config.lanes,
    rest: { times: REST_TIMES, atMostMs: config.restMs },
  }),
});
