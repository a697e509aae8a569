import { setTimeout as sleep } from 'node:timers/promises';

/** One run of something that is kept alive. */
export interface Run {
  readonly pid: number;
  /** Resolves when it has ended, with words for the log. */
  readonly ended: Promise<string>;
  stop(graceMs: number): Promise<void>;
}

export interface KeepAliveOptions {
  readonly name: string;
  /** Resolves when it answers; rejects when it cannot, and then leaves nothing running. */
  readonly start: () => Promise<Run>;
  readonly say: (line: string) => void;
  /** Called when it answers again under another pid. */
  readonly onChange: () => void;
}

const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 5_000;
/** Whoever lived this long did not die of its start: the next back-off begins from the bottom. */
const HEALTHY_AFTER_MS = 10_000;

/** Starts something, and starts it again whenever it ends: later and later while it keeps ending at once. */
export class KeptAlive {
  readonly name: string;
  private run: Run | undefined;
  private stopping = false;
  private backOffMs = FIRST_BACK_OFF_MS;

  constructor(private readonly options: KeepAliveOptions) {
    this.name = options.name;
  }

  get pid(): number | undefined {
    return this.run?.pid;
  }

  /** The first start; rejects when that fails. From then on it is kept alive. */
  async start(): Promise<void> {
    this.run = await this.options.start();
    void this.keep(this.run);
  }

  /** Stops it for good. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    await this.run?.stop(graceMs);
  }

  private async keep(first: Run): Promise<void> {
    let run: Run | undefined = first;
    while (run !== undefined) {
      const startedAt = performance.now();
      const how = await run.ended;
      if (performance.now() - startedAt > HEALTHY_AFTER_MS) {
        this.backOffMs = FIRST_BACK_OFF_MS;
      }
      run = await this.startAgain(`ended (${how})`);
    }
  }

  /** @returns the new run, undefined when it is being stopped */
  private async startAgain(why: string): Promise<Run | undefined> {
    for (let reason = why; !this.stopping;) {
      this.options.say(`${this.name} ${reason}; starting it again in ${this.backOffMs} ms`);
      await sleep(this.backOffMs);
      this.backOffMs = Math.min(this.backOffMs * 2, LONGEST_BACK_OFF_MS);
      try {
        return await this.tryStart();
      } catch (error) {
        reason = `did not start (${error instanceof Error ? error.message : String(error)})`;
      }
    }
    return undefined;
  }

  private async tryStart(): Promise<Run | undefined> {
    if (this.stopping) {
      return undefined;
    }
    const run = await this.options.start();
    this.run = run;
    this.options.say(`${this.name} is back (pid ${run.pid})`);
    this.options.onChange();
    return run;
  }
}
