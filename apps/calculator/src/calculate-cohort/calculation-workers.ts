import { setTimeout as sleep } from 'node:timers/promises';

import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger } from '#observability';
import { Database, leaseCalculations, msUntilNextCalculation } from '#persistence';

import type { CalculatorConfig } from '../config.js';
import { CALCULATOR_CONFIG } from '../config-token.js';
import { CalculateCohortHandler } from './calculate-cohort.handler.js';
import { WakeUp } from './wake-up.js';

/** How long an idle worker sleeps when nobody wakes it: other replicas' messages are not heard here. */
const IDLE_MS = 1_000;
const AFTER_ERROR_MS = 1_000;
/** How soon a worker looks again at runs that wait for what they refer to. */
const BLOCKED_MS = 100;

/** The process's workers: each leases due runs of a project, some together, from whichever replica recorded them. */
@Injectable()
export class CalculationWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly wakeUp = new WakeUp();
  private readonly stopping = new AbortController();
  private loops: Promise<void>[] = [];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(CalculateCohortHandler) private readonly handler: CalculateCohortHandler,
    @Inject(CALCULATOR_CONFIG) private readonly config: CalculatorConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // A flip may hold one connection and ask for a second: one must be left over, or all would wait for each other.
    const workers = Math.max(1, Math.min(this.config.workers, this.config.databasePoolSize - 1));
    this.loops = Array.from({ length: workers }, () => this.loop());
  }

  /** Runs in flight end (or give up their lease to another replica when the process is killed). */
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
        this.logger.warn({ error }, 'a calculation worker could not go on; trying again');
        await sleep(AFTER_ERROR_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private async workOnce(): Promise<void> {
    const { leaseMs, batchSize } = this.config;
    const runs = await leaseCalculations(this.database.pool, { leaseMs, max: batchSize });
    if (runs.length > 0) {
      await this.handler.calculate(runs);
      return;
    }
    const dueMs = (await msUntilNextCalculation(this.database.pool)) ?? IDLE_MS;
    await this.wakeUp.wait(dueMs <= 0 ? BLOCKED_MS : Math.max(10, Math.min(dueMs, IDLE_MS)));
  }
}
