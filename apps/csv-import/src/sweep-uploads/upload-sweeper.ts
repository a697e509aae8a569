import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger, Metrics } from '#observability';
import { Database } from '#persistence';

import type { CsvImportConfig } from '../config.js';
import { CSV_IMPORT_CONFIG } from '../config-token.js';
import { CSV_IMPORT_METRICS } from '../csv-import-metrics.js';
import { purgeReports } from './purge-reports.js';
import { sweepUploads } from './sweep-uploads.js';

/** With half a minute of silence allowed, a cut upload is gone within a minute. */
const TURNS_PER_SILENCE = 2;
const TURNS_PER_PURGE = 240;

/** Again and again while the app runs: lets go of uploads that were cut, and of reports nobody will read any more. */
@Injectable()
export class UploadSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly swept;
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private isStopped = false;
  private turns = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CSV_IMPORT_CONFIG) private readonly config: CsvImportConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.swept = metrics.counter(CSV_IMPORT_METRICS.sweptUploads);
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.current;
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.current = this.turn();
    }, this.config.uploadAbandonedMs / TURNS_PER_SILENCE);
  }

  private async turn(): Promise<void> {
    try {
      this.swept.inc(await sweepUploads(this.database.pool, this.config.uploadAbandonedMs));
      if (this.turns++ % TURNS_PER_PURGE === 0) {
        await purgeReports(this.database.pool);
      }
    } catch (error) {
      this.logger.warn({ error }, 'sweeping failed, the next turn tries again');
    }
    if (!this.isStopped) {
      this.schedule();
    }
  }
}
