import { RoaringBitmap32, SerializationFormat } from 'roaring-wasm';

/** A set of persons: their ordinals inside one project. Lives in WebAssembly memory: whoever makes one disposes of it (BitmapScope). */
export type Bitmap = RoaringBitmap32;

/** Persons are kept in blocks of 2^16, the size of Roaring's own containers: a chunk row is one container. */
export const BLOCK_BITS = 16;
export const BLOCK_SIZE = 1 << BLOCK_BITS;

export function blockOf(ordinal: number): number {
  return ordinal >>> BLOCK_BITS;
}

/** @param ordinals in any order, repeats allowed; a Uint32Array is fastest */
export function bitmapOf(ordinals: Iterable<number> = []): Bitmap {
  return new RoaringBitmap32(ordinals);
}

/** Portable Roaring format: readable by every Roaring library, ClickHouse's and Java's too. */
export function serializeBitmap(bitmap: Bitmap): Buffer {
  bitmap.runOptimize();
  const bytes = bitmap.serialize(SerializationFormat.portable);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function deserializeBitmap(bytes: Uint8Array): Bitmap {
  return RoaringBitmap32.deserialize(SerializationFormat.portable, bytes);
}

/** The bitmap cut into its blocks, by block number; blocks without a person are absent. The caller disposes of each. */
export function splitByBlock(bitmap: Bitmap): Map<number, Bitmap> {
  const blocks = new Map<number, Bitmap>();
  for (const block of blocksOf(bitmap)) {
    const range = RoaringBitmap32.fromRange(block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
    range.andInPlace(bitmap);
    blocks.set(block, range);
  }
  return blocks;
}

/** The numbers of the blocks that hold at least one person, ascending. */
export function blocksOf(bitmap: Bitmap): number[] {
  const blocks: number[] = [];
  const iterator = bitmap[Symbol.iterator]();
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    const block = blockOf(next.value);
    blocks.push(block);
    iterator.moveToGreaterEqual((block + 1) * BLOCK_SIZE);
    if (block === 0xffff) {
      break;
    }
  }
  return blocks;
}
