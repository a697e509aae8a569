import { Inject, Injectable } from '@nestjs/common';

import { Metrics } from '#observability';
import { claimDueCohorts, Database, findStuckCohorts, restartStuckCohorts, type StuckCohort } from '#persistence';

import { CalculationWorkers } from '../calculate-cohort/calculation-workers.js';
import { CALCULATOR_METRICS } from '../calculator-metrics.js';
import type { CalculatorConfig } from '../config.js';
import { CALCULATOR_CONFIG } from '../config-token.js';

/** Scheduled runs that wait or are computed at once, in all replicas together: what somebody asks for never stands behind more. */
const MAX_OPEN = 100;

/** Asks for runs that nobody asks for: of cohorts whose last one is too old, and of those that lost theirs. */
@Injectable()
export class ScheduleCalculationsHandler {
  private readonly scheduled;
  private readonly restarted;
  private suspects: readonly StuckCohort[] = [];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CalculationWorkers) private readonly workers: Pick<CalculationWorkers, 'wake'>,
    @Inject(CALCULATOR_CONFIG) private readonly config: Pick<CalculatorConfig, 'maxAgeMinutes'>,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.scheduled = metrics.counter(CALCULATOR_METRICS.scheduled);
    this.restarted = metrics.counter(CALCULATOR_METRICS.restarted);
  }

  /** @returns how many runs were asked for */
  async scheduleDue(): Promise<number> {
    const { maxAgeMinutes } = this.config;
    const count = await this.database.transaction((transaction) =>
      claimDueCohorts(transaction, { maxAgeMinutes, maxOpen: MAX_OPEN }),
    );
    this.scheduled.inc(count);
    if (count > 0) {
      this.workers.wake();
    }
    return count;
  }

  /**
   * The net under everything else: a cohort that two looks in a row find calculating, at the same version, with no run that would
   * end it. At the first look its message may still be on its way.
   * @returns how many runs were asked for
   */
  async restartStuck(): Promise<number> {
    const known = new Map(this.suspects.map(({ id, pendingVersion }) => [id, pendingVersion]));
    const found = await this.database.transaction((transaction) => findStuckCohorts(transaction));
    const stuck = found.filter(({ id, pendingVersion }) => known.get(id) === pendingVersion);
    this.suspects = found;
    if (stuck.length === 0) {
      return 0;
    }
    const count = await this.database.transaction((transaction) => restartStuckCohorts(transaction, stuck));
    this.restarted.inc(count);
    this.workers.wake();
    return count;
  }
}
