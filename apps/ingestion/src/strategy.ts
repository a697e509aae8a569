import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { KafkaConnection, KafkaStrategy, MessageProducer } from '#messaging';
import { Health, LOGGER, type Logger, Metrics } from '#observability';
import { classifyForMessages } from '#persistence';

import type { IngestionConfig } from './config.js';
import { RestartBatch } from './ingest-events/restart-batch.js';

/** How this app's `@EventPattern` handlers are fed. */
export const createStrategy =
  ({ kafkaSessionTimeoutMs, lanes }: Pick<IngestionConfig, 'kafkaSessionTimeoutMs' | 'lanes'>) =>
  (app: NestFastifyApplication): KafkaStrategy =>
    new KafkaStrategy({
      sessionTimeoutMs: kafkaSessionTimeoutMs,
      // While one batch waits for PostgreSQL the next is parsed and planned.
      batchesAtOnce: lanes,
      connection: app.get(KafkaConnection),
      producer: app.get(MessageProducer),
      group: 'ingestion',
      logger: app.get<Logger>(LOGGER),
      metrics: app.get(Metrics),
      health: app.get(Health),
      classify: (error) => (error instanceof RestartBatch ? 'transient' : classifyForMessages(error)),
    });
