import { consumeAs } from '#messaging';
import { runService } from '#observability';
import { classifyForMessages } from '#persistence';

import { ingestionConfig } from './config.js';
import { RestartBatch } from './ingest-events/restart-batch.js';
import { IngestionModule } from './ingestion.module.js';

/** A third of the time on batches, two thirds for others to gather: less costs readers more time than it saves processors. */
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
