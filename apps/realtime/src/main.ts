import { consumeAs } from '#messaging';
import { runService } from '#observability';
import { classifyForMessages } from '#persistence';

import { realtimeConfig } from './config.js';
import { RealtimeModule } from './realtime.module.js';

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
  }),
});
