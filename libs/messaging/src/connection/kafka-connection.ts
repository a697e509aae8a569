import { type Admin, Kafka, type logCreator, logLevel } from 'kafkajs';

import { type Logger, SILENT_LOGGER } from '#observability';

import { registerCodecs } from '../codecs/register-codecs.js';
import { kafkaLogs, type OffsetResetListener } from './kafka-logs.js';
import { within } from './within.js';

export interface KafkaConnectionOptions {
  /** The app's name; also tells where a message came from. */
  readonly clientId: string;
  /** host:port of at least one broker. */
  readonly brokers: readonly string[];
  /** Before every topic and group, so that several installations can share a cluster. */
  readonly topicPrefix: string;
  readonly logger?: Logger;
}

const CONNECTION_TIMEOUT_MS = 5_000;
/** A SyncGroup waits for a leader that may have died, so for a whole session (KAFKA_SESSION_TIMEOUT_MS): ten seconds made members crash in a loop. */
const REQUEST_TIMEOUT_MS = 30_000;
const ADMIN_TIMEOUT_MS = 20_000;
const CONSUMER_RETRIES = 5;
const IMPATIENT_RETRIES = 1;

/** How this process reaches Kafka. Holds no socket itself: consumers, producers and admins open theirs. */
export class KafkaConnection {
  readonly kafka: Kafka;
  /** For those who try again by themselves, and want to know at once why. */
  readonly impatient: Kafka;
  readonly clientId: string;
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  private readonly offsetResetListeners = new Set<OffsetResetListener>();

  constructor(options: KafkaConnectionOptions) {
    registerCodecs();
    this.clientId = options.clientId;
    this.brokers = options.brokers;
    this.topicPrefix = options.topicPrefix;
    const logs = kafkaLogs(options.logger ?? SILENT_LOGGER, (topic, partition) => {
      this.offsetResetListeners.forEach((listener) => {
        listener(topic, partition);
      });
    });
    this.kafka = newClient(options, logs, CONSUMER_RETRIES);
    this.impatient = newClient(options, logs, IMPATIENT_RETRIES);
  }

  /** The name in the cluster of a topic or group of ours. */
  physical(name: string): string {
    return this.topicPrefix + name;
  }

  /** Called when the broker no longer has a committed offset and reading goes on at the earliest: messages were lost. */
  onOffsetReset(listener: OffsetResetListener): void {
    this.offsetResetListeners.add(listener);
  }

  /** Runs `work` with an admin of its own. @throws also when it takes longer than 20 s */
  async withAdmin<T>(work: (admin: Admin) => Promise<T>, client = this.kafka): Promise<T> {
    const admin = client.admin();
    const result = admin.connect().then(async () => work(admin));
    try {
      return await within(
        ADMIN_TIMEOUT_MS,
        result,
        () => new Error(`Kafka did not answer within ${ADMIN_TIMEOUT_MS} ms`),
      );
    } finally {
      void admin.disconnect().catch(() => undefined);
    }
  }
}

function newClient(options: KafkaConnectionOptions, logs: logCreator, retries: number): Kafka {
  return new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries },
    logLevel: logLevel.INFO,
    logCreator: logs,
  });
}
