import { type Bitmap, BitmapScope } from '#cohort-core';

/** The union of stored bitmaps; one at a time is unpacked. The caller disposes of it. */
export function uniteChunks(chunks: readonly Buffer[]): Bitmap {
  using scope = new BitmapScope();
  const united = scope.of();
  for (const bytes of chunks) {
    const chunk = scope.deserialize(bytes);
    united.orInPlace(chunk);
    scope.release(chunk).dispose();
  }
  return scope.release(united);
}
