/** Something done again and again while the app runs. */
export interface PeriodicJob {
  readonly name: string;
  readonly everyMs: number;
  /** @returns milliseconds after which to run again, when that is not after `everyMs` */
  readonly run: () => Promise<number | undefined>;
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

  start(inMs = this.job.everyMs): void {
    this.timer = setTimeout(() => {
      this.current = this.turn();
    }, inMs);
    this.timer.unref();
  }

  /** Resolves when a run under way is over. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.current;
  }

  private async turn(): Promise<void> {
    let nextMs: number | undefined;
    try {
      nextMs = await this.job.run();
    } catch (error) {
      this.onError(error, this.job.name);
    }
    if (!this.isStopped) {
      this.start(nextMs ?? this.job.everyMs);
    }
  }
}
