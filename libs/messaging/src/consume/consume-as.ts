import type { INestApplicationContext } from '@nestjs/common';

import { Health, LOGGER, type Logger, Metrics } from '#observability';

import { KafkaConnection } from '../connection/kafka-connection.js';
import { MessageProducer } from '../produce/message-producer.js';
import { KafkaStrategy, type KafkaStrategyOptions } from './kafka-strategy.js';

type OwnOptions = Pick<KafkaStrategyOptions, 'classify' | 'sessionTimeoutMs' | 'batchesAtOnce' | 'rest'>;

/** Feeds an app's `@EventPattern` handlers as the consumer group of this name (without prefix). */
export const consumeAs =
  (group: string, options: OwnOptions) =>
  (app: Pick<INestApplicationContext, 'get'>): KafkaStrategy =>
    new KafkaStrategy({
      ...options,
      group,
      connection: app.get(KafkaConnection),
      producer: app.get(MessageProducer),
      logger: app.get<Logger>(LOGGER),
      metrics: app.get(Metrics),
      health: app.get(Health),
    });
