import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger } from '#observability';
import { Database, purgeHistory } from '#persistence';

import type { CalculatorConfig } from './config.js';
import { CALCULATOR_CONFIG } from './config-token.js';
import { Periodic } from './periodic.js';
import { ScheduleCalculationsHandler } from './schedule-calculations/schedule-calculations.handler.js';

const MINUTE_MS = 60_000;
/** While something is due: the schedule hands out its runs in small shares. */
const SOON_MS = 1_000;

/** What is done again and again beside the calculations. Every replica does it; they take turns where it matters. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly jobs: readonly Periodic[];

  constructor(
    @Inject(Database) database: Database,
    @Inject(ScheduleCalculationsHandler) schedule: Pick<ScheduleCalculationsHandler, 'scheduleDue' | 'restartStuck'>,
    @Inject(CALCULATOR_CONFIG) { scheduleEveryMs }: CalculatorConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    const scheduleDue = async () => ((await schedule.scheduleDue()) > 0 ? SOON_MS : undefined);
    const nothing =
      <T>(work: () => Promise<T>) =>
      async () => {
        await work();
        return undefined;
      };
    this.jobs = [
      ...(scheduleEveryMs === 0 ? [] : [{ name: 'schedule', everyMs: scheduleEveryMs, run: scheduleDue }]),
      { name: 'restart', everyMs: MINUTE_MS / 2, run: nothing(() => schedule.restartStuck()) },
      { name: 'purge', everyMs: 10 * MINUTE_MS, run: nothing(() => purgeHistory(database.pool)) },
    ].map((job) => {
      const onError = (error: unknown) => {
        logger.warn({ error, job: job.name }, 'housekeeping failed, the next turn tries again');
      };
      return new Periodic(job, onError);
    });
  }

  onApplicationBootstrap(): void {
    for (const job of this.jobs) {
      job.start();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.jobs.map((job) => job.stop()));
  }
}
