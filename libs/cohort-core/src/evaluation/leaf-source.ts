import type { Bitmap } from '../bitmap/bitmap.js';
import type { Leaf } from '../definition/filter-node.js';
import type { Instant } from '../windows/zoned-time.js';

/** When, and of whom, a question is asked. */
export interface Moment {
  readonly at: Instant;
  /** The project's; windows are made of its days. */
  readonly timezone: string;
  /** Only these persons are asked about; null means everyone. Small sets must mean small work. */
  readonly within: Bitmap | null;
}

/** Where the facts of some kinds of leaves lie: the one place that knows what such a leaf means. */
export interface LeafSource {
  answers(leaf: Leaf): boolean;
  /**
   * For each leaf, the persons it matches, its negation left aside; may hold dead persons, who fall to `everyone`.
   * All in one pass where that is faster. The caller disposes of the bitmaps.
   */
  matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]>;
}
