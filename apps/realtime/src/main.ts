import { runService } from '#observability';

import { realtimeConfig } from './config.js';
import { RealtimeModule } from './realtime.module.js';
import { createStrategy } from './strategy.js';

const config = realtimeConfig.read();

await runService({
  app: 'realtime',
  module: RealtimeModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: createStrategy(config.kafkaSessionTimeoutMs),
});
