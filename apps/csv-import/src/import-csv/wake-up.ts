/** Lets sleepers go on at once when there is news; a call while nobody sleeps is kept for the next one. */
export class WakeUp {
  private pending = false;
  private readonly sleepers = new Set<() => void>();

  wake(): void {
    this.pending = this.sleepers.size === 0;
    for (const goOn of this.sleepers) {
      goOn();
    }
  }

  async wait(ms: number): Promise<void> {
    if (this.pending) {
      this.pending = false;
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
}
