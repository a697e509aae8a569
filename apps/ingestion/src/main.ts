import { runService } from '#observability';

import { ingestionConfig } from './config.js';
import { IngestionModule } from './ingestion.module.js';
import { createStrategy } from './strategy.js';

const config = ingestionConfig.read();

await runService({
  app: 'ingestion',
  module: IngestionModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: createStrategy(config),
});
