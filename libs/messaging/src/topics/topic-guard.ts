import { setTimeout as sleep } from 'node:timers/promises';

import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';

import type { Topic } from '#contracts';
import type { Logger } from '#observability';

import type { KafkaConnection } from '../connection/kafka-connection.js';
import { checkTopics, TopicMismatchError } from './check-topics.js';

const RETRY_MS = 3_000;

/**
 * Ends the process when the cluster's topics are not those of the contracts. Runs in the background and waits for Kafka as long
 * as it takes, because an app may have to boot without it.
 */
export class TopicGuard implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopped = new AbortController();

  constructor(
    private readonly connection: KafkaConnection,
    private readonly topics: readonly Topic[],
    private readonly logger: Logger,
    private readonly onMismatch: () => void = () => process.exit(1),
  ) {}

  onApplicationBootstrap(): void {
    void this.watch();
  }

  onApplicationShutdown(): void {
    this.stopped.abort();
  }

  private async watch(): Promise<void> {
    while (!this.stopped.signal.aborted && !(await this.isSettled())) {
      await sleep(RETRY_MS, undefined, { signal: this.stopped.signal, ref: false }).catch(() => undefined);
    }
  }

  private async isSettled(): Promise<boolean> {
    try {
      await checkTopics(this.connection, this.topics);
      return true;
    } catch (error) {
      if (error instanceof TopicMismatchError && !this.stopped.signal.aborted) {
        this.logger.fatal({}, error.message);
        this.onMismatch();
        return true;
      }
      this.logger.warn({ reason: String(error) }, 'could not check the topics yet');
      return false;
    }
  }
}
