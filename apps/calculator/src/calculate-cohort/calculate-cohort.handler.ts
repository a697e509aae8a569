import { Inject, Injectable } from '@nestjs/common';

import { type Bitmap, bitmapOf } from '#cohort-core';
import { failPoint, LOGGER, type Logger, Metrics } from '#observability';
import { OutboxRelay } from '#outbox';
import { Database, finishCalculation, type LeasedCalculation } from '#persistence';

import type { CalculatorConfig } from '../config.js';
import { CALCULATOR_CONFIG } from '../config-token.js';
import { type CohortSnapshot, computeMembers, readCohortSnapshot } from './compute-members.js';
import { failCalculation } from './fail-calculation.js';
import { keepLease } from './keep-lease.js';
import { publishVersion } from './publish-version.js';

const NO_CRITERIA = {
  code: 'no_properties',
  text: 'Cohort has no properties defined',
  message: 'This cohort has no matching criteria defined. Please add at least one.',
};

interface Computed {
  readonly cohort: CohortSnapshot;
  readonly members: Bitmap;
}

/** One run: a snapshot is read and evaluated, then flipped in under the locks. */
@Injectable()
export class CalculateCohortHandler {
  private readonly runs;
  private readonly seconds;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(CALCULATOR_CONFIG) private readonly config: CalculatorConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.runs = metrics.counter('cohort_calculations_total', 'Runs of calculations by how they ended.', ['result']);
    this.seconds = metrics.histogram(
      'cohort_calculation_seconds',
      'Duration of calculations that published a version.',
    );
  }

  async calculate(run: LeasedCalculation): Promise<void> {
    const { leaseMs } = this.config;
    const result = await keepLease(this.database, run, { leaseMs, logger: this.logger }, () => this.attempt(run));
    this.runs.inc({ result });
    this.logger.debug({ ...run, result }, 'calculation ended');
    this.relay.wake();
  }

  private async attempt(run: LeasedCalculation): Promise<string> {
    const startedAt = performance.now();
    try {
      const computed = await this.compute(run);
      if (computed === 'superseded') {
        await this.database.transaction((transaction) => finishCalculation(transaction, run, { state: 'superseded' }));
        return 'superseded';
      }
      failPoint('calculator.before_flip');
      const result = await this.publish(run, computed, performance.now() - startedAt);
      failPoint('calculator.after_flip');
      this.seconds.observe((performance.now() - startedAt) / 1_000);
      return result;
    } catch (error) {
      this.logger.warn({ error, ...run }, 'a calculation failed');
      return this.database.transaction((transaction) => failCalculation(transaction, run, error, this.config));
    }
  }

  /** Reads and evaluates in one snapshot, with nothing locked. */
  private async compute(run: LeasedCalculation): Promise<Computed | 'superseded'> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(`SET LOCAL statement_timeout = ${this.config.statementTimeoutMs}`);
      const cohort = await readCohortSnapshot(transaction, run);
      if (cohort === undefined || cohort.deleted || cohort.pendingVersion > run.version) {
        return 'superseded';
      }
      const members = cohort.filters === null ? bitmapOf() : await computeMembers(transaction, cohort, cohort.filters);
      return { cohort, members };
    }, 'REPEATABLE READ');
  }

  private async publish(run: LeasedCalculation, { cohort, members }: Computed, durationMs: number): Promise<string> {
    const note = cohort.filters === null ? { note: NO_CRITERIA } : {};
    try {
      return await this.database.transaction((transaction) =>
        publishVersion(transaction, { run, cohort, members, durationMs, ...note }),
      );
    } finally {
      members.dispose();
    }
  }
}
