import { type DynamicModule, Module } from '@nestjs/common';

import { MessagingModule } from '#messaging';
import { LOGGER, type Logger, Metrics, ObservabilityModule } from '#observability';
import { OutboxModule, OutboxRelay } from '#outbox';
import { Database, PersistenceModule } from '#persistence';

import type { IngestionConfig } from './config.js';
import { Compactor } from './fold-activity/compactor.js';
import { FoldQueue } from './fold-activity/fold-queue.js';
import { Housekeeping } from './housekeeping.js';
import { createIngestEventsHandler } from './ingest-events/create-handler.js';
import { IngestEventsConsumer } from './ingest-events/ingest-events.consumer.js';
import { IngestEventsHandler } from './ingest-events/ingest-events.handler.js';

/** The wiring, and nothing else. */
@Module({})
export class IngestionModule {
  static register(config: IngestionConfig): DynamicModule {
    return {
      module: IngestionModule,
      imports: infrastructure(config),
      controllers: [IngestEventsConsumer],
      providers: [
        { provide: FoldQueue, useFactory: () => new FoldQueue() },
        {
          provide: IngestEventsHandler,
          inject: [Database, FoldQueue, Metrics, OutboxRelay],
          useFactory: (database: Database, folds: FoldQueue, metrics: Metrics, relay: OutboxRelay) =>
            createIngestEventsHandler({
              database,
              folds,
              metrics,
              wakeRelay: () => {
                relay.wake();
              },
            }),
        },
        {
          provide: Housekeeping,
          inject: [Database, FoldQueue, Metrics, LOGGER],
          useFactory: (database: Database, folds: FoldQueue, metrics: Metrics, logger: Logger) =>
            new Housekeeping({
              database,
              logger,
              compactor: new Compactor(database, folds, metrics),
              foldEveryMs: config.foldEveryMs,
            }),
        },
      ],
    };
  }
}

function infrastructure(config: IngestionConfig): DynamicModule[] {
  return [
    ObservabilityModule.register({ app: 'ingestion', form: config.log, level: config.logLevel }),
    PersistenceModule.register({ url: config.databaseUrl, poolSize: config.databasePoolSize, app: 'ingestion' }),
    MessagingModule.register({
      clientId: 'ingestion',
      brokers: config.kafkaBrokers,
      topicPrefix: config.kafkaTopicPrefix,
    }),
    OutboxModule.register({ leaseMs: config.outboxLeaseMs }),
  ];
}
