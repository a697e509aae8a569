import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { HandlerErrorFilter } from './handler-error.filter.js';

/** Connects a transport to the app: its `@EventPattern` handlers are the transport's, and their errors reach it unchanged. */
export function connectStrategy(app: NestFastifyApplication, strategy: CustomTransportStrategy): void {
  // Deferred, because filters are bound when handlers are registered; the app itself runs the lifecycle hooks.
  const microservice = app.connectMicroservice({ strategy }, { deferInitialization: true });
  microservice.useGlobalFilters(new HandlerErrorFilter());
  (microservice as unknown as { setIsInitHookCalled(called: boolean): void }).setIsInitHookCalled(true);
}
