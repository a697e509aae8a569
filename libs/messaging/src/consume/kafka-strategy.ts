import { type CustomTransportStrategy, Server } from '@nestjs/microservices';

import type { Topic } from '#contracts';
import type { Health, Logger, Metrics } from '#observability';

import type { KafkaConnection } from '../connection/kafka-connection.js';
import type { MessageProducer } from '../produce/message-producer.js';

export interface KafkaStrategyOptions {
  readonly connection: KafkaConnection;
  readonly producer: MessageProducer;
  /** Without prefix. */
  readonly group: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly topics?: readonly Topic[];
  readonly classify?: (error: unknown) => 'transient' | 'fatal' | 'unknown';
}

/** Under construction: the types are final. */
export class KafkaStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;

  constructor(private readonly options: KafkaStrategyOptions) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.options.logger.debug({}, 'not implemented yet');
    callback();
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  on(): void {
    throw new Error('KafkaStrategy emits no events; see Health and Metrics');
  }

  unwrap(): never {
    throw new Error('KafkaStrategy hides its client');
  }
}
