import { consumeAs } from '#messaging';
import { runService } from '#observability';
import { classifyForMessages } from '#persistence';

import { csvImportConfig } from './config.js';
import { CsvImportModule } from './csv-import.module.js';

const config = csvImportConfig.read();

await runService({
  app: 'csv-import',
  module: CsvImportModule.register(config),
  port: config.port,
  form: config.log,
  level: config.logLevel,
  strategy: consumeAs('csv-import', {
    classify: classifyForMessages,
    sessionTimeoutMs: config.kafkaSessionTimeoutMs,
  }),
});
