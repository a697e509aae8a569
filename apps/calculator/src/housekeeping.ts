import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger, type PeriodicJob, PeriodicJobs } from '#observability';
import { Database, purgeHistory } from '#persistence';

import type { CalculatorConfig } from './config.js';
import { CALCULATOR_CONFIG } from './config-token.js';
import { ScheduleCalculationsHandler } from './schedule-calculations/schedule-calculations.handler.js';

const MINUTE_MS = 60_000;
/** While something is due: the schedule hands out its runs in small shares. */
const SOON_MS = 1_000;

/** What is done again and again beside the calculations. Every replica does it; they take turns where it matters. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly jobs: PeriodicJobs;

  constructor(
    @Inject(Database) database: Database,
    @Inject(ScheduleCalculationsHandler) schedule: Pick<ScheduleCalculationsHandler, 'scheduleDue' | 'restartStuck'>,
    @Inject(CALCULATOR_CONFIG) { scheduleEveryMs }: CalculatorConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    const scheduleDue: PeriodicJob['run'] = async (again) => {
      if ((await schedule.scheduleDue()) > 0) {
        again(SOON_MS);
      }
    };
    this.jobs = new PeriodicJobs(
      [
        ...(scheduleEveryMs === 0 ? [] : [{ name: 'schedule', everyMs: scheduleEveryMs, run: scheduleDue }]),
        { name: 'restart', everyMs: MINUTE_MS / 2, run: () => schedule.restartStuck() },
        { name: 'purge', everyMs: 10 * MINUTE_MS, run: () => purgeHistory(database.pool) },
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
