import { consumeAs } from '#messaging';
import { runService } from '#observability';
import { classifyForMessages } from '#persistence';

import { realtimeConfig } from './config.js';
import { RealtimeModule } from './realtime.module.js';

/** Enough to share the price of a batch at few events a second; at many it must be ready again when ingestion's next batch is told. */
const REST_TIMES = 0.5;

const config = realtimeConfig.read();

await runService({
  app: 'realtime',
  module: RealtimeModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: consumeAs('realtime', {
    classify: classifyForMessages,
    sessionTimeoutMs: config.kafkaSessionTimeoutMs,
    rest: { times: REST_TIMES, atMostMs: config.restMs },
  }),
});
