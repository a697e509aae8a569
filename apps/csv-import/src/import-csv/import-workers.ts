import { setTimeout as sleep } from 'node:timers/promises';

import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger } from '#observability';
import { Database } from '#persistence';

import type { CsvImportConfig } from '../config.js';
import { CSV_IMPORT_CONFIG } from '../config-token.js';
import { ImportCsvHandler } from './import-csv.handler.js';
import { leaseImport, msUntilNextImport } from './lease-import.js';
import { WakeUp } from './wake-up.js';

/** How long an idle worker sleeps when nobody wakes it: other replicas' messages are not heard here. */
const IDLE_MS = 1_000;
const AFTER_ERROR_MS = 1_000;
const SHORTEST_PAUSE_MS = 10;

/** The process's workers: each leases one due import after another, from whichever replica recorded it. */
@Injectable()
export class ImportWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly wakeUp = new WakeUp();
  private readonly stopping = new AbortController();
  private loops: Promise<void>[] = [];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ImportCsvHandler) private readonly handler: ImportCsvHandler,
    @Inject(CSV_IMPORT_CONFIG) private readonly config: CsvImportConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loops = Array.from({ length: this.config.workers }, () => this.loop());
  }

  /** An import in flight ends with the batch under way and is given back; another replica goes on behind it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.wakeUp.wake();
    await Promise.all(this.loops);
  }

  /** New work was recorded. */
  wake(): void {
    this.wakeUp.wake();
  }

  private async loop(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.workOnce();
      } catch (error) {
        this.logger.warn({ error }, 'an import worker could not go on; trying again');
        await sleep(AFTER_ERROR_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private async workOnce(): Promise<void> {
    const run = await leaseImport(this.database.pool, this.config.leaseMs);
    if (run !== undefined) {
      await this.handler.import(run, this.stopping.signal);
      return;
    }
    const due = await msUntilNextImport(this.database.pool);
    await this.wakeUp.wait(Math.max(SHORTEST_PAUSE_MS, Math.min(due ?? IDLE_MS, IDLE_MS)));
  }
}
