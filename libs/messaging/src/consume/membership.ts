/** One stretch of membership in the group, from a join to the next: the partitions are ours for so long and no longer. */
export class Membership {
  private readonly controller = new AbortController();
  private isEnding = false;

  /** Aborted when work in hand is worth finishing only if that is quick. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** No new work: the group waits for us to join again, or the process stops. */
  get isOver(): boolean {
    return this.isEnding;
  }

  /** The group rebalances: finish what is in hand and commit it, which the old assignment still allows. */
  end(): void {
    this.isEnding = true;
  }

  /** The partitions are somebody else's already, or the process stops. */
  abort(): void {
    this.isEnding = true;
    this.controller.abort();
  }
}
