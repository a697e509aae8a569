import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { gatewayConfig } from '../config.js';
import { GatewayModule } from '../gateway.module.js';
import { configureHttp, serverOptions } from '../http/configure-http.js';
import { serveOpenApi } from '../openapi/serve-openapi.js';

/** What the gateway of a spec connects to. */
export interface GatewayEnvironment {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  /** Further settings. */
  readonly env?: Record<string, string>;
}

/** An answer, its body parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly key?: string;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON; text and bytes as they are. */
  readonly body?: unknown;
}

/** The real gateway, in the process of the spec and without a socket. */
export class GatewayFixture {
  private constructor(readonly app: NestFastifyApplication) {}

  static async start(environment: GatewayEnvironment): Promise<GatewayFixture> {
    const config = gatewayConfig.read({
      DATABASE_URL: environment.databaseUrl,
      KAFKA_BROKERS: environment.brokers.join(','),
      KAFKA_TOPIC_PREFIX: environment.topicPrefix,
      MUSTER_LOG_LEVEL: 'fatal',
      ...environment.env,
    });
    const adapter = new FastifyAdapter(serverOptions);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents literals
    const quiet: NestApplicationOptions = { logger: false };
    const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.register(config), adapter, quiet);
    configureHttp(app);
    serveOpenApi(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return new GatewayFixture(app);
  }

  async call(url: string, { method = 'GET', key, headers = {}, body }: Call = {}): Promise<Answer> {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const response = await this.app.inject({
      method,
      url,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
    });
    const isJson = String(response.headers['content-type']).includes('application/json');
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json<Record<string, unknown>>() : {},
      text: response.payload,
    };
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
