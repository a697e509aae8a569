import { type Bitmap, bitmapOf, BitmapScope, deserializeBitmap, serializeBitmap } from '#cohort-core';

/** The members of a chunk as stored: who is in `bitmap` or in `flipped`, but not in both. */
export interface StoredMembers {
  readonly bitmap: Buffer;
  /** Empty bytes: nobody. */
  readonly flipped: Buffer;
}

/** The caller disposes of it. */
export function membersOf({ bitmap, flipped }: StoredMembers): Bitmap {
  const members = deserializeBitmap(bitmap);
  if (flipped.length > 0) {
    const others = deserializeBitmap(flipped);
    members.xorInPlace(others);
    others.dispose();
  }
  return members;
}

/** The union of chunks; one at a time is unpacked. The caller disposes of it. */
export function uniteMembers(chunks: readonly StoredMembers[]): Bitmap {
  using scope = new BitmapScope();
  const united = scope.of();
  for (const stored of chunks) {
    const members = membersOf(stored);
    united.orInPlace(members);
    members.dispose();
  }
  return scope.release(united);
}

/** The caller disposes of it. */
export function flippedOf({ flipped }: Pick<StoredMembers, 'flipped'>): Bitmap {
  return flipped.length > 0 ? deserializeBitmap(flipped) : bitmapOf();
}

export function serializeFlipped(flipped: Bitmap): Buffer {
  return flipped.isEmpty ? NOBODY : serializeBitmap(flipped);
}

const NOBODY = Buffer.alloc(0);
