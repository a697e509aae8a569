import type { Logger } from '../logging/logger.js';

/** Something done again and again while the app runs. */
export interface PeriodicJob {
  readonly name: string;
  readonly everyMs: number;
  /** When the first turn is not after `everyMs`. */
  readonly firstMs?: number;
  /** @param again asks for the next turn in so many milliseconds instead of `everyMs` */
  readonly run: (again: (inMs: number) => void) => Promise<unknown>;
}

/** Runs jobs at intervals, none twice at once; a failure is told and the next turn tries again. */
export class PeriodicJobs {
  private readonly timers = new Map<PeriodicJob, NodeJS.Timeout>();
  private readonly turns = new Map<PeriodicJob, Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly jobs: readonly PeriodicJob[],
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  start(): void {
    for (const job of this.jobs) {
      this.schedule(job, job.firstMs ?? job.everyMs);
    }
  }

  /** Resolves when the turns under way are over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.timers.forEach((timer) => {
      clearTimeout(timer);
    });
    await Promise.all(this.turns.values());
  }

  private schedule(job: PeriodicJob, inMs: number): void {
    const timer = setTimeout(() => {
      this.turns.set(job, this.turn(job));
    }, inMs);
    this.timers.set(job, timer.unref());
  }

  private async turn(job: PeriodicJob): Promise<void> {
    let nextMs = job.everyMs;
    try {
      await job.run((inMs) => (nextMs = inMs));
    } catch (error) {
      this.logger.warn({ error, job: job.name }, 'housekeeping failed, the next turn tries again');
    }
    if (!this.isStopped) {
      this.schedule(job, nextMs);
    }
  }
}
