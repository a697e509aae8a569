import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger, WorkerLoops } from '#observability';
import { Database } from '#persistence';

import type { CsvImportConfig } from '../config.js';
import { CSV_IMPORT_CONFIG } from '../config-token.js';
import { ImportCsvHandler } from './import-csv.handler.js';
import { leaseImport, msUntilNextImport } from './lease-import.js';

/** How long an idle worker sleeps when nobody wakes it: other replicas' messages are not heard here. */
const IDLE_MS = 1_000;
const SHORTEST_PAUSE_MS = 10;

/** The process's workers: each leases one due import after another, from whichever replica recorded it. */
@Injectable()
export class ImportWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: WorkerLoops;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ImportCsvHandler) private readonly handler: ImportCsvHandler,
    @Inject(CSV_IMPORT_CONFIG) private readonly config: CsvImportConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    const { workers } = config;
    this.loops = new WorkerLoops({ name: 'import', workers, run: (stopping) => this.workOnce(stopping) }, logger);
  }

  onApplicationBootstrap(): void {
    this.loops.start();
  }

  /** An import in flight ends with the batch under way and is given back; another replica goes on behind it. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loops.stop();
  }

  /** New work was recorded. */
  wake(): void {
    this.loops.wake();
  }

  private async workOnce(stopping: AbortSignal): Promise<number | undefined> {
    const run = await leaseImport(this.database.pool, this.config.leaseMs);
    if (run !== undefined) {
      await this.handler.import(run, stopping);
      return undefined;
    }
    const due = await msUntilNextImport(this.database.pool);
    return Math.max(SHORTEST_PAUSE_MS, Math.min(due ?? IDLE_MS, IDLE_MS));
  }
}
