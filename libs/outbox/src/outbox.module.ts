import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';

import { MessageProducer } from '#messaging';
import { LOGGER, type Logger, Metrics } from '#observability';
import { Database } from '#persistence';

import { OutboxRelay } from './outbox-relay.js';

/** Runs the relay while the app runs; a last flush comes before the producer and the pool close. */
@Injectable()
class RelayLifetime implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(OutboxRelay) private readonly relay: OutboxRelay) {}

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}

/** Gives `OutboxRelay` to the whole app. Needs PersistenceModule, MessagingModule and ObservabilityModule beside it. */
@Module({})
export class OutboxModule {
  /**
   * @param options.announce also tell membership changes (apps that change memberships)
   * @param options.leaseMs default 30,000
   */
  static register(options: { announce?: boolean; leaseMs?: number } = {}): DynamicModule {
    const policy = options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs };
    const relay = {
      provide: OutboxRelay,
      inject: [Database, MessageProducer, Metrics, LOGGER],
      useFactory: (database: Database, producer: MessageProducer, metrics: Metrics, logger: Logger) =>
        new OutboxRelay({ database, producer, metrics, logger, announce: options.announce ?? false, policy }),
    };
    return { module: OutboxModule, global: true, providers: [relay, RelayLifetime], exports: [OutboxRelay] };
  }
}
