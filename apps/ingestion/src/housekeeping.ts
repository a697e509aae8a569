import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';

import { type Logger, PeriodicJobs } from '#observability';
import type { Database } from '#persistence';

import type { Compactor } from './fold-activity/compactor.js';
import { maintainPartitions } from './maintain-partitions/maintain-partitions.js';
import { purge } from './purge-seen/purge.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface HousekeepingParts {
  readonly database: Database;
  readonly compactor: Compactor;
  readonly logger: Logger;
  readonly foldEveryMs: number;
}

/** What keeps the tables small while ingestion runs. Every replica does it; they take turns where it matters. */
export class Housekeeping implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly jobs: PeriodicJobs;

  constructor(private readonly parts: HousekeepingParts) {
    const { compactor, database, foldEveryMs, logger } = parts;
    this.jobs = new PeriodicJobs(
      [
        { name: 'fold', everyMs: foldEveryMs, run: () => compactor.foldDue() },
        { name: 'sweep', everyMs: HOUR_MS, run: () => compactor.sweep() },
        { name: 'partitions', everyMs: HOUR_MS, run: () => maintainPartitions(database, new Date()) },
        { name: 'purge', everyMs: 10 * MINUTE_MS, run: () => purge(database) },
      ],
      logger,
    );
  }

  /** Before the first message comes in: its month shall not begin in the default partition. */
  async onModuleInit(): Promise<void> {
    try {
      await maintainPartitions(this.parts.database, new Date());
    } catch (error) {
      this.parts.logger.warn({ error }, 'partitions could not be made before the first message');
    }
  }

  onApplicationBootstrap(): void {
    this.jobs.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.jobs.stop();
  }
}
