import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger, Metrics, PeriodicJobs } from '#observability';
import { Database } from '#persistence';

import type { CsvImportConfig } from '../config.js';
import { CSV_IMPORT_CONFIG } from '../config-token.js';
import { CSV_IMPORT_METRICS } from '../csv-import-metrics.js';
import { purgeReports } from './purge-reports.js';
import { sweepUploads } from './sweep-uploads.js';

/** With half a minute of silence allowed, a cut upload is gone within a minute. */
const TURNS_PER_SILENCE = 2;
const HOUR_MS = 3_600_000;

/** Again and again while the app runs: lets go of uploads that were cut, and of reports nobody will read any more. */
@Injectable()
export class UploadSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly jobs: PeriodicJobs;

  constructor(
    @Inject(Database) { pool }: Database,
    @Inject(CSV_IMPORT_CONFIG) { uploadAbandonedMs }: CsvImportConfig,
    @Inject(LOGGER) logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    const swept = metrics.counter(CSV_IMPORT_METRICS.sweptUploads);
    const everyMs = uploadAbandonedMs / TURNS_PER_SILENCE;
    const sweep = async () => {
      swept.inc(await sweepUploads(pool, uploadAbandonedMs));
    };
    this.jobs = new PeriodicJobs(
      [
        { name: 'uploads', everyMs, run: sweep },
        { name: 'reports', everyMs: HOUR_MS, firstMs: everyMs, run: () => purgeReports(pool) },
      ],
      logger,
    );
  }

  onApplicationBootstrap(): void {
    this.jobs.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.jobs.stop();
  }
}
