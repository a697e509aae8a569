import { type Bitmap, BitmapScope, deserializeBitmap } from '#cohort-core';

/** The union of what is unpacked, one at a time. The caller disposes of it. */
export function uniteEach<T>(packed: readonly T[], unpack: (one: T) => Bitmap): Bitmap {
  using scope = new BitmapScope();
  const united = scope.of();
  for (const one of packed) {
    const bitmap = scope.track(unpack(one));
    united.orInPlace(bitmap);
    scope.release(bitmap).dispose();
  }
  return scope.release(united);
}

/** The union of stored bitmaps. The caller disposes of it. */
export function uniteChunks(chunks: readonly Buffer[]): Bitmap {
  return uniteEach(chunks, deserializeBitmap);
}
