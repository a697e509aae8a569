import { setTimeout as sleep } from 'node:timers/promises';

import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { Health } from '../health/health.js';
import type { Logger } from '../logging/logger.js';

interface Stoppable {
  readonly app: NestFastifyApplication;
  readonly strategy: CustomTransportStrategy | undefined;
  readonly health: Health;
  readonly logger: Logger;
  readonly drainDelayMs: number;
}

/** One second less than the ten that a stop may take. */
const HARD_EXIT_MS = 9_000;

/**
 * SIGTERM or SIGINT: not ready any more, consumers first (what they finished is committed while everything they need still
 * runs), then HTTP, then pools. Whatever hangs is left behind after 9 s, with exit code 1.
 */
export function stopOnSignals(service: Stoppable): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!stopping) {
      stopping = true;
      service.logger.info({ signal }, 'stopping');
      void exitWhenStopped(service);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function exitWhenStopped(service: Stoppable): Promise<void> {
  setTimeout(() => {
    service.logger.error({}, `not stopped after ${HARD_EXIT_MS} ms, leaving the rest behind`);
    process.exit(1);
  }, HARD_EXIT_MS).unref();
  try {
    await stop(service);
    service.logger.info({}, 'stopped');
    process.exit(0);
  } catch (error) {
    service.logger.error({ error }, 'could not stop cleanly');
    process.exit(1);
  }
}

async function stop(service: Stoppable): Promise<void> {
  service.health.drain();
  await sleep(service.drainDelayMs);
  await (service.strategy?.close() as Promise<void> | undefined);
  await service.app.close();
}
