import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { DynamicModule, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyServerOptions } from 'fastify';

import { Health } from '../health/health.js';
import { createLogger, type Logger, type LoggerOptions } from '../logging/logger.js';
import { NestLogger } from '../logging/nest-logger.js';
import { connectStrategy } from './connect-strategy.js';
import { stopOnSignals } from './stop-on-signals.js';

export interface ServiceOptions extends LoggerOptions {
  readonly module: Type | DynamicModule;
  /** Listens on 0.0.0.0; 0 = any free port. */
  readonly port: number;
  readonly strategy?: (app: NestFastifyApplication) => CustomTransportStrategy;
  /** Pipes, filters, body parsers; called before anything starts. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
  /** How long to keep serving after SIGTERM, so that load balancers notice `/readyz`. Default 0. */
  readonly drainDelayMs?: number;
  /** What the app needs different from Fastify's settings below. */
  readonly http?: FastifyServerOptions;
}

/** A slow client must not hold a socket for ever (Node's own limits are 60 s and 300 s). */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 25;

/**
 * Runs one app until a signal stops it; never returns to a half-started state: what fails at boot ends the process with code 1.
 * When it listens and is ready it tells a parent process `{ type: 'ready', url }`.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const logger = createLogger(options);
  dieOnStrayErrors(logger);
  try {
    await start(options, logger);
  } catch (error) {
    logger.fatal({ error }, 'could not start');
    process.exit(1);
  }
}

async function start(options: ServiceOptions, logger: Logger): Promise<void> {
  const adapter = new FastifyAdapter({
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...options.http,
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents literals
  const nest: NestApplicationOptions = { logger: new NestLogger(logger), abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, nest);
  await options.configure?.(app);
  const strategy = options.strategy?.(app);
  if (strategy) {
    connectStrategy(app, strategy);
  }
  stopOnSignals({ app, strategy, logger, health: app.get(Health), drainDelayMs: options.drainDelayMs ?? 0 });
  await app.init();
  await app.startAllMicroservices();
  await app.listen(options.port, '0.0.0.0');
  const server = app.getHttpServer();
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  await announceReady(app.get(Health), urlOf(server), logger);
}

async function announceReady(health: Health, url: string, logger: Logger): Promise<void> {
  logger.info({ url }, 'listening');
  while (!(await health.readiness()).ok) {
    await sleep(READY_POLL_MS, undefined, { ref: false });
  }
  logger.info({ url }, 'ready');
  process.send?.({ type: 'ready', url });
}

function urlOf(server: Server): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://127.0.0.1:${port}`;
}

function dieOnStrayErrors(logger: Logger): void {
  const die = (what: string) => (error: unknown) => {
    logger.fatal({ error }, what);
    process.exit(1);
  };
  process.on('unhandledRejection', die('unhandled rejection'));
  process.on('uncaughtException', die('uncaught exception'));
}
