import { runService } from '#observability';

import { csvImportConfig } from './config.js';
import { CsvImportModule } from './csv-import.module.js';
import { createStrategy } from './strategy.js';

const config = csvImportConfig.read();

await runService({
  app: 'csv-import',
  module: CsvImportModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: createStrategy(config.kafkaSessionTimeoutMs),
});
