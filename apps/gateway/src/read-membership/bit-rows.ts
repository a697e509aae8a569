import { BLOCK_SIZE } from '#cohort-core';

/** A line of the cache more than the bits: else the same person's bytes in all rows would fall on the same few lines. */
const ROW_BYTES = BLOCK_SIZE / 8 + 64;
const FIRST_ROWS = 4;
const GROWTH = 1.5;

/**
 * Rows of a bit a person, all in one piece of memory: to look at one person in a thousand rows, the processor waits for a thousand bytes
 * that it can all fetch at once. As an object each it had to follow four pointers to every byte, which took about twice as long.
 */
export class BitRows {
  private content = new Uint8Array(0);
  private readonly free: number[] = [];
  private count = 0;

  get bytes(): number {
    return this.content.length;
  }

  /** @param bits of a whole block, copied @returns the number of the row */
  add(bits: Uint8Array): number {
    const row = this.free.pop() ?? this.count++;
    this.makeRoomFor(row);
    this.content.set(bits, row * ROW_BYTES);
    return row;
  }

  /** Its number may be given to another one. */
  remove(row: number): void {
    this.free.push(row);
  }

  has(row: number, ordinal: number): boolean {
    const place = ordinal % BLOCK_SIZE;
    return ((this.content[row * ROW_BYTES + (place >> 3)] ?? 0) & (1 << (place & 7))) !== 0;
  }

  private makeRoomFor(row: number): void {
    if ((row + 1) * ROW_BYTES > this.content.length) {
      const rows = Math.max(FIRST_ROWS, row + 1, Math.ceil((this.content.length / ROW_BYTES) * GROWTH));
      const larger = new Uint8Array(rows * ROW_BYTES);
      larger.set(this.content);
      this.content = larger;
    }
  }
}
