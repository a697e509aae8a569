import type { Logger } from '../logging/logger.js';
import { WakeUp } from './wake-up.js';

export interface Work {
  /** For the log. */
  readonly name: string;
  readonly workers: number;
  /**
   * Does what is due. `stopping` is aborted when the app stops: what is long gives its work back then.
   * @returns milliseconds until it is worth another look, if nobody wakes; undefined: at once
   */
  readonly run: (stopping: AbortSignal) => Promise<number | undefined>;
}

const AFTER_ERROR_MS = 1_000;

/** Workers of a process that take due work again and again until they are stopped; a failure is told and tried again. */
export class WorkerLoops {
  private readonly wakeUp = new WakeUp();
  private readonly stopping = new AbortController();
  private loops: readonly Promise<void>[] = [];

  constructor(
    private readonly work: Work,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly afterErrorMs = AFTER_ERROR_MS,
  ) {}

  start(): void {
    this.loops = Array.from({ length: this.work.workers }, () => this.loop());
  }

  /** There is new work: look at once. */
  wake(): void {
    this.wakeUp.wake();
  }

  /** Resolves when the work under way is over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp.end();
    await Promise.all(this.loops);
  }

  private async loop(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.turn();
    }
  }

  private async turn(): Promise<void> {
    try {
      const idleMs = await this.work.run(this.stopping.signal);
      if (idleMs !== undefined) {
        await this.wakeUp.wait(idleMs);
      }
    } catch (error) {
      this.logger.warn({ error, work: this.work.name }, 'a worker could not go on; trying again');
      await this.wakeUp.pause(this.afterErrorMs);
    }
  }
}
