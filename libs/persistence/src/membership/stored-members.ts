import { type Bitmap, bitmapOf, deserializeBitmap, serializeBitmap } from '#cohort-core';

import { uniteEach } from './unite-chunks.js';

/** The members of a chunk as stored: who is in `bitmap` or in `flipped`, but not in both. */
export interface StoredMembers {
  readonly bitmap: Buffer;
  /** Empty bytes: nobody. */
  readonly flipped: Buffer;
}

/** The caller disposes of it. */
export function membersOf(stored: StoredMembers): Bitmap {
  const members = deserializeBitmap(stored.bitmap);
  const flipped = flippedOf(stored);
  members.xorInPlace(flipped);
  flipped.dispose();
  return members;
}

/** The union of chunks. The caller disposes of it. */
export function uniteMembers(chunks: readonly StoredMembers[]): Bitmap {
  return uniteEach(chunks, membersOf);
}

/** The caller disposes of it. */
export function flippedOf({ flipped }: Pick<StoredMembers, 'flipped'>): Bitmap {
  return flipped.length > 0 ? deserializeBitmap(flipped) : bitmapOf();
}

export function serializeFlipped(flipped: Bitmap): Buffer {
  return flipped.isEmpty ? NOBODY : serializeBitmap(flipped);
}

const NOBODY = Buffer.alloc(0);
