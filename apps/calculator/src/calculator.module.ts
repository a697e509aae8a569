import { type DynamicModule, Module } from '@nestjs/common';

import { MessagingModule } from '#messaging';
import { ObservabilityModule } from '#observability';
import { OutboxModule } from '#outbox';
import { PersistenceModule } from '#persistence';

import { CalculateCohortHandler } from './calculate-cohort/calculate-cohort.handler.js';
import { CalculationWorkers } from './calculate-cohort/calculation-workers.js';
import type { CalculatorConfig } from './config.js';
import { CALCULATOR_CONFIG } from './config-token.js';
import { Housekeeping } from './housekeeping.js';
import { RequestCalculationConsumer } from './request-calculation/request-calculation.consumer.js';
import { RequestCalculationHandler } from './request-calculation/request-calculation.handler.js';
import { ScheduleCalculationsHandler } from './schedule-calculations/schedule-calculations.handler.js';

/** The wiring, and nothing else. */
@Module({})
export class CalculatorModule {
  static register(config: CalculatorConfig): DynamicModule {
    return {
      module: CalculatorModule,
      imports: [
        ObservabilityModule.register({ app: 'calculator', form: config.log, level: config.logLevel }),
        PersistenceModule.register({ url: config.databaseUrl, poolSize: config.databasePoolSize, app: 'calculator' }),
        MessagingModule.register({
          clientId: 'calculator',
          brokers: config.kafkaBrokers,
          topicPrefix: config.kafkaTopicPrefix,
        }),
        OutboxModule.register({ announce: true, leaseMs: config.outboxLeaseMs }),
      ],
      controllers: [RequestCalculationConsumer],
      providers: [
        { provide: CALCULATOR_CONFIG, useValue: config },
        CalculationWorkers,
        CalculateCohortHandler,
        RequestCalculationHandler,
        ScheduleCalculationsHandler,
        Housekeeping,
      ],
    };
  }
}
