import { type Bitmap, bitmapOf, deserializeBitmap } from './bitmap.js';

/**
 * Owns bitmaps and frees them together: WebAssembly memory is not collected, and roaring-wasm 1.1.0 has no `Symbol.dispose`.
 * `using scope = new BitmapScope()`; what must outlive the scope is `release`d to the caller.
 */
export class BitmapScope implements Disposable {
  private readonly owned = new Set<Bitmap>();

  track(bitmap: Bitmap): Bitmap {
    this.owned.add(bitmap);
    return bitmap;
  }

  of(ordinals: Iterable<number> = []): Bitmap {
    return this.track(bitmapOf(ordinals));
  }

  deserialize(bytes: Uint8Array): Bitmap {
    return this.track(deserializeBitmap(bytes));
  }

  copy(bitmap: Bitmap): Bitmap {
    return this.track(bitmap.clone());
  }

  /** Everybody who is in any of them; what stands there several times is taken once. */
  union(bitmaps: Iterable<Bitmap>): Bitmap {
    const united = this.of();
    for (const bitmap of new Set(bitmaps)) {
      united.orInPlace(bitmap);
    }
    return united;
  }

  /** Gives the bitmap to the caller, who disposes of it. */
  release(bitmap: Bitmap): Bitmap {
    this.owned.delete(bitmap);
    return bitmap;
  }

  [Symbol.dispose](): void {
    for (const bitmap of this.owned) {
      bitmap.dispose();
    }
    this.owned.clear();
  }
}
