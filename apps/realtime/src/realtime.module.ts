import { type DynamicModule, Module } from '@nestjs/common';

import { MessagingModule } from '#messaging';
import { ObservabilityModule } from '#observability';
import { OutboxModule } from '#outbox';
import { PersistenceModule } from '#persistence';

import type { RealtimeConfig } from './config.js';
import { REALTIME_CONFIG } from './config-token.js';
import { TimeSweeper } from './expire-windows/time-sweeper.js';
import { FollowChangesConsumer } from './follow-changes/follow-changes.consumer.js';
import { FollowChangesHandler } from './follow-changes/follow-changes.handler.js';
import { LiveMembers } from './keep-live/live-members.js';

const APP = 'realtime';

/** The wiring, and nothing else. */
@Module({})
export class RealtimeModule {
  static register(config: RealtimeConfig): DynamicModule {
    return {
      module: RealtimeModule,
      imports: [
        ObservabilityModule.register({ app: APP, form: config.log, level: config.logLevel }),
        PersistenceModule.register({
          url: config.databaseUrl,
          poolSize: config.databasePoolSize,
          app: APP,
          pipelined: true,
        }),
        MessagingModule.register({ clientId: APP, brokers: config.kafkaBrokers, topicPrefix: config.kafkaTopicPrefix }),
        OutboxModule.register({ announce: true, leaseMs: config.outboxLeaseMs }),
      ],
      controllers: [FollowChangesConsumer],
      providers: [{ provide: REALTIME_CONFIG, useValue: config }, LiveMembers, FollowChangesHandler, TimeSweeper],
    };
  }
}
