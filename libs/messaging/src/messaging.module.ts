import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';

import { type Topic, TOPICS } from '#contracts';
import { LOGGER, type Logger, Metrics } from '#observability';

import { KafkaConnection } from './connection/kafka-connection.js';
import { MessageProducer } from './produce/message-producer.js';
import { TopicGuard } from './topics/topic-guard.js';

export interface MessagingOptions {
  readonly clientId: string;
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  /** Checked against the cluster in the background; default every topic of the contracts. */
  readonly topics?: readonly Topic[];
}

/** Gives every module `KafkaConnection` and `MessageProducer`. Boots without Kafka; ends the process when topics are not as agreed. */
@Module({})
export class MessagingModule implements OnApplicationShutdown {
  constructor(@Inject(MessageProducer) private readonly producer: MessageProducer) {}

  static register(options: MessagingOptions): DynamicModule {
    const topics = options.topics ?? Object.values<Topic>(TOPICS);
    return {
      module: MessagingModule,
      global: true,
      providers: [
        {
          provide: KafkaConnection,
          useFactory: (logger: Logger) => new KafkaConnection({ ...options, logger }),
          inject: [LOGGER],
        },
        {
          provide: MessageProducer,
          useFactory: (connection: KafkaConnection, metrics: Metrics) => new MessageProducer(connection, metrics),
          inject: [KafkaConnection, Metrics],
        },
        {
          provide: TopicGuard,
          useFactory: (connection: KafkaConnection, logger: Logger) => new TopicGuard(connection, topics, logger),
          inject: [KafkaConnection, LOGGER],
        },
      ],
      exports: [KafkaConnection, MessageProducer],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.producer.close();
  }
}
