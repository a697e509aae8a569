import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { KafkaConnection, KafkaStrategy, MessageProducer } from '#messaging';
import { Health, LOGGER, type Logger, Metrics } from '#observability';
import { classifyForMessages } from '#persistence';

/** How this app's `@EventPattern` handlers are fed. */
export const createStrategy =
  (sessionTimeoutMs: number) =>
  (app: NestFastifyApplication): KafkaStrategy =>
    new KafkaStrategy({
      sessionTimeoutMs,
      connection: app.get(KafkaConnection),
      producer: app.get(MessageProducer),
      group: 'realtime',
      logger: app.get<Logger>(LOGGER),
      metrics: app.get(Metrics),
      health: app.get(Health),
      classify: classifyForMessages,
    });
