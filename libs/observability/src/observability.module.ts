import { type DynamicModule, Module } from '@nestjs/common';

import { Health } from './health/health.js';
import { ProbesController } from './health/probes.controller.js';
import { createLogger, LOGGER, type LoggerOptions } from './logging/logger.js';
import { Metrics } from './metrics/metrics.js';

/** Gives every module `LOGGER`, `Metrics` and `Health`, and the app the routes /livez, /readyz and /metrics. */
@Module({})
export class ObservabilityModule {
  static register(options: LoggerOptions): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      controllers: [ProbesController],
      providers: [
        { provide: LOGGER, useFactory: () => createLogger(options) },
        { provide: Metrics, useFactory: () => new Metrics().withProcessMetrics() },
        Health,
      ],
      exports: [LOGGER, Metrics, Health],
    };
  }
}
