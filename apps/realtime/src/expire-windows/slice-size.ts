import type { SliceLimits } from './cut-slices.js';

/** Live work of the project waits for a slice; about so long is not noticed. */
const HELD_MS = 250;
const SMALLEST: SliceLimits = { cohorts: 10, persons: 500 };
const LARGEST_FACTOR = 50;

/** As much a transaction as holds its locks for a time that nobody notices; what it waits for others does not count. */
export class SliceSize {
  private factor = 5;

  get limits(): SliceLimits {
    return { cohorts: SMALLEST.cohorts * this.factor, persons: SMALLEST.persons * this.factor };
  }

  learn(heldMs: number): void {
    if (heldMs > HELD_MS) {
      this.factor = Math.max(1, Math.floor(this.factor / 2));
    } else if (heldMs < HELD_MS / 2) {
      this.factor = Math.min(LARGEST_FACTOR, this.factor + 1);
    }
  }
}
