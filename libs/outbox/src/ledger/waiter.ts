/** Waiting that can be cut short. Wakes that come while nobody waits are remembered as one. */
export class Waiter {
  private woken = false;
  private ended = false;
  private resolve: (() => void) | undefined;

  wake(): void {
    this.woken = true;
    this.resolve?.();
  }

  /** From now on nothing waits. */
  end(): void {
    this.ended = true;
    this.resolve?.();
  }

  /** Whoever looks now sees all that was announced so far. */
  look(): void {
    this.woken = false;
  }

  /** Waits for a wake, at most `ms`. */
  async next(ms: number): Promise<void> {
    if (!this.woken) {
      await this.wait(ms);
    }
  }

  /** Waits `ms` whoever wakes, unless the end comes. */
  async pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let left = ms; left > 0 && !this.ended; left = until - performance.now()) {
      await this.wait(left);
    }
  }

  private async wait(ms: number): Promise<void> {
    if (this.ended) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.resolve = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.resolve = undefined;
  }
}
