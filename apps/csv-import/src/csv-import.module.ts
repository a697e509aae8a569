import { type DynamicModule, Module } from '@nestjs/common';

import { MessagingModule } from '#messaging';
import { ObservabilityModule } from '#observability';
import { OutboxModule } from '#outbox';
import { PersistenceModule } from '#persistence';

import type { CsvImportConfig } from './config.js';
import { CSV_IMPORT_CONFIG } from './config-token.js';
import { FollowPersonsConsumer } from './follow-persons/follow-persons.consumer.js';
import { FollowPersonsHandler } from './follow-persons/follow-persons.handler.js';
import { ImportCsvHandler } from './import-csv/import-csv.handler.js';
import { ImportWorkers } from './import-csv/import-workers.js';
import { RequestImportConsumer } from './request-import/request-import.consumer.js';
import { RequestImportHandler } from './request-import/request-import.handler.js';
import { UploadSweeper } from './sweep-uploads/upload-sweeper.js';

const APP = 'csv-import';

/** The wiring, and nothing else. */
@Module({})
export class CsvImportModule {
  static register(config: CsvImportConfig): DynamicModule {
    return {
      module: CsvImportModule,
      imports: [
        ObservabilityModule.register({ app: APP, form: config.log, level: config.logLevel }),
        PersistenceModule.register({ url: config.databaseUrl, poolSize: config.databasePoolSize, app: APP }),
        MessagingModule.register({ clientId: APP, brokers: config.kafkaBrokers, topicPrefix: config.kafkaTopicPrefix }),
        OutboxModule.register({ leaseMs: config.outboxLeaseMs }),
      ],
      controllers: [RequestImportConsumer, FollowPersonsConsumer],
      providers: [
        { provide: CSV_IMPORT_CONFIG, useValue: config },
        ImportWorkers,
        ImportCsvHandler,
        RequestImportHandler,
        FollowPersonsHandler,
        UploadSweeper,
      ],
    };
  }
}
