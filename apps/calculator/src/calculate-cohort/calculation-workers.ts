import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger, WorkerLoops } from '#observability';
import { Database, leaseCalculations, msUntilNextCalculation } from '#persistence';

import type { CalculatorConfig } from '../config.js';
import { CALCULATOR_CONFIG } from '../config-token.js';
import { CalculateCohortHandler } from './calculate-cohort.handler.js';

/** How long an idle worker sleeps when nobody wakes it: other replicas' messages are not heard here. */
const IDLE_MS = 1_000;
const SHORTEST_PAUSE_MS = 10;
/** How soon a worker looks again at runs that wait for what they refer to. */
const BLOCKED_MS = 100;

/** The process's workers: each leases due runs of a project, some together, from whichever replica recorded them. */
@Injectable()
export class CalculationWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: WorkerLoops;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CalculateCohortHandler) private readonly handler: CalculateCohortHandler,
    @Inject(CALCULATOR_CONFIG) private readonly config: CalculatorConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    // A flip may hold one connection and ask for a second: one must be left over, or all would wait for each other.
    const workers = Math.max(1, Math.min(config.workers, config.databasePoolSize - 1));
    this.loops = new WorkerLoops({ name: 'calculation', workers, run: () => this.workOnce() }, logger);
  }

  onApplicationBootstrap(): void {
    this.loops.start();
  }

  /** Runs in flight end (or give up their lease to another replica when the process is killed). */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loops.stop();
  }

  /** New work was recorded. */
  wake(): void {
    this.loops.wake();
  }

  private async workOnce(): Promise<number | undefined> {
    const { leaseMs, batchSize } = this.config;
    const runs = await leaseCalculations(this.database.pool, { leaseMs, max: batchSize });
    if (runs.length > 0) {
      await this.handler.calculate(runs);
      return undefined;
    }
    const dueMs = (await msUntilNextCalculation(this.database.pool)) ?? IDLE_MS;
    return dueMs <= 0 ? BLOCKED_MS : Math.max(SHORTEST_PAUSE_MS, Math.min(dueMs, IDLE_MS));
  }
}
