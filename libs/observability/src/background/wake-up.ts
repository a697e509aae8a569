import { setTimeout as sleep } from 'node:timers/promises';

/** Sleep that can be cut short. Wakes that come while nobody sleeps are kept, as one, for the next who wants to. */
export class WakeUp {
  private isKept = false;
  private readonly sleepers = new Set<() => void>();
  private readonly ended = new AbortController();

  wake(): void {
    this.isKept = this.sleepers.size === 0;
    for (const goOn of this.sleepers) {
      goOn();
    }
  }

  /** From now on nobody sleeps. */
  end(): void {
    this.ended.abort();
    this.wake();
  }

  /** Whoever looks now sees all that was announced so far: a wake that was kept is none any more. */
  look(): void {
    this.isKept = false;
  }

  /** Sleeps until somebody wakes, at most `ms`. */
  async wait(ms: number): Promise<void> {
    if (this.isKept || this.ended.signal.aborted) {
      this.isKept = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        clearTimeout(timer);
        this.sleepers.delete(goOn);
        resolve();
      };
      const timer = setTimeout(goOn, ms);
      this.sleepers.add(goOn);
    });
  }

  /** Sleeps `ms` whoever wakes, unless the end comes. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ended.signal }).catch(() => undefined);
  }
}
