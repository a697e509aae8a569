import { Inject, Injectable } from '@nestjs/common';

import { failPoint, LOGGER, type Logger, Metrics } from '#observability';
import { OutboxRelay } from '#outbox';
import { Database, finishCalculation, inSnapshot, type LeasedCalculation } from '#persistence';

import { CALCULATOR_METRICS } from '../calculator-metrics.js';
import type { CalculatorConfig } from '../config.js';
import { CALCULATOR_CONFIG } from '../config-token.js';
import { catchUp } from './catch-up.js';
import { computeBatch, type ComputedBatch, disposeOf } from './compute-batch.js';
import { DriftObserver } from './drift-observer.js';
import { failCalculation } from './fail-calculation.js';
import { OwnerDied } from './failures.js';
import type { FlipSource } from './flip.js';
import { keepLease, type ReportProgress } from './keep-lease.js';
import { publishVersion } from './publish-version.js';

/** Per cent at which a phase begins. */
const EVALUATING = 5;
const PUBLISHING = 90;
/** What pg_stat_activity shows of a statement that a calculation is waiting for. */
const STATEMENT_NAME = 'calculator:run';

/** Runs of one project: one snapshot is read and evaluated for all of them, then each is flipped in under the locks. */
@Injectable()
export class CalculateCohortHandler {
  private readonly runs;
  private readonly seconds;
  private readonly drift;
  private readonly source: FlipSource;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: Pick<OutboxRelay, 'wake'>,
    @Inject(CALCULATOR_CONFIG) private readonly config: CalculatorConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.runs = metrics.counter(CALCULATOR_METRICS.runs);
    this.seconds = metrics.histogram(CALCULATOR_METRICS.seconds);
    this.drift = new DriftObserver({ logger, metrics, graceMs: config.driftGraceMs });
    const { statementTimeoutMs, maxPersons } = config;
    this.source = { database, statementTimeoutMs, maxPersons, statementName: STATEMENT_NAME };
  }

  async calculate(runs: readonly LeasedCalculation[]): Promise<void> {
    const { leaseMs, maxAttempts } = this.config;
    await keepLease(this.database, runs, { leaseMs, logger: this.logger }, async (report) => {
      for (const run of runs.filter(({ deaths }) => deaths >= maxAttempts)) {
        await this.fail(run, new OwnerDied(run.deaths));
      }
      await this.attempt(
        runs.filter(({ deaths }) => deaths < maxAttempts),
        report,
      );
    });
  }

  private async attempt(runs: readonly LeasedCalculation[], report: ReportProgress): Promise<void> {
    if (runs.length === 0) {
      return;
    }
    const startedAt = performance.now();
    let batch: ComputedBatch;
    try {
      batch = await this.compute(runs, report);
    } catch (error) {
      await this.retryAlone(runs, error, report);
      return;
    }
    try {
      await this.publish(batch, startedAt, report);
    } finally {
      disposeOf(batch);
    }
  }

  /** Whose fault it was is found by running each alone; the others shall not pay for it. */
  private async retryAlone(runs: readonly LeasedCalculation[], error: unknown, report: ReportProgress): Promise<void> {
    const [first] = runs;
    if (first !== undefined && runs.length === 1) {
      await this.fail(first, error);
      return;
    }
    this.logger.warn({ error, runs: runs.length }, 'calculations failed together; each is tried alone');
    for (const run of runs) {
      await this.attempt([run], report);
    }
  }

  /** Reads and evaluates in one snapshot, then looks at what changed meanwhile; nothing is locked. */
  private async compute(runs: readonly LeasedCalculation[], report: ReportProgress): Promise<ComputedBatch> {
    const batch = await inSnapshot(this.source, (transaction) => {
      report('evaluating', EVALUATING);
      return computeBatch(transaction, runs, (part) => {
        report('evaluating', EVALUATING + part * (PUBLISHING - EVALUATING));
      });
    });
    report('publishing', PUBLISHING);
    try {
      await catchUp(this.source, batch);
    } catch (error) {
      disposeOf(batch);
      throw error;
    }
    return batch;
  }

  private async publish(batch: ComputedBatch, startedAt: number, report: ReportProgress): Promise<void> {
    for (const run of batch.superseded) {
      await this.database.transaction((transaction) => finishCalculation(transaction, run, { state: 'superseded' }));
      this.count(run, 'superseded');
    }
    for (const [index, one] of batch.computed.entries()) {
      report('publishing', PUBLISHING + ((100 - PUBLISHING) * index) / batch.computed.length);
      try {
        failPoint('calculator.before_flip');
        const durationMs = performance.now() - startedAt;
        const next = { batch, one, durationMs };
        this.count(one.run, await publishVersion(this.source, next, this.drift.observe));
        failPoint('calculator.after_flip');
        this.seconds.observe((performance.now() - startedAt) / 1_000);
      } catch (error) {
        await this.fail(one.run, error);
      }
      this.relay.wake();
    }
  }

  private async fail(run: LeasedCalculation, error: unknown): Promise<void> {
    this.logger.warn({ error, ...run }, 'a calculation failed');
    const result = await this.database.transaction((transaction) =>
      failCalculation(transaction, run, error, this.config),
    );
    this.count(run, result);
    this.relay.wake();
  }

  private count(run: LeasedCalculation, result: string): void {
    this.runs.inc({ result });
    this.logger.debug({ ...run, result }, 'calculation ended');
  }
}
