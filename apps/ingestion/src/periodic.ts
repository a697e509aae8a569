/** Something done again and again while the app runs. */
export interface PeriodicJob {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

/** Runs a job at intervals, never twice at once; a failure is told and the next turn tries again. */
export class Periodic {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly job: PeriodicJob,
    private readonly onError: (error: unknown, name: string) => void,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.current = this.turn();
    }, this.job.everyMs);
    this.timer.unref();
  }

  /** Resolves when a run under way is over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.current;
  }

  private async turn(): Promise<void> {
    try {
      await this.job.run();
    } catch (error) {
      this.onError(error, this.job.name);
    }
    if (!this.isStopped) {
      this.start();
    }
  }
}
