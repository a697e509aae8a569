import type { Bitmap } from '../bitmap/bitmap.js';
import type { BitmapScope } from '../bitmap/bitmap-scope.js';

/** Who is in the new set and not in the old, and the other way round. */
export interface ChunkDifference {
  readonly entered: Bitmap;
  readonly left: Bitmap;
  readonly isEmpty: boolean;
}

/** The difference of two sets of persons; both results are tracked by the scope. */
export function difference(before: Bitmap, after: Bitmap, scope: BitmapScope): ChunkDifference {
  const entered = scope.copy(after);
  entered.andNotInPlace(before);
  const left = scope.copy(before);
  left.andNotInPlace(after);
  return { entered, left, isEmpty: entered.isEmpty && left.isEmpty };
}
