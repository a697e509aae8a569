import { BLOCK_SIZE } from './bitmap.js';

/** What begins a bitmap in Roaring's portable format (https://github.com/RoaringBitmap/RoaringFormatSpec). */
const WITHOUT_RUNS = 12_346;
const WITH_RUNS = 12_347;
/** Bytes before the content of the only container. */
const HEAD_WITHOUT_RUNS = 16;
const HEAD_WITH_RUNS = 9;
/** More members than this are stored as bits. */
const MOST_LISTED = 4_096;
const BYTES_OF_BITS = BLOCK_SIZE / 8;
const NO_BITS = new Uint8Array(0);
const NO_SPANS = new Uint16Array(0);

/**
 * The members of one block as they are stored, copied out of the buffer that brought them. Only asked, never changed: a thousand
 * questions take a sixth of what a thousand Bitmaps in WebAssembly take, and nobody has to dispose of anything.
 */
export class PackedBlock {
  private constructor(
    /** A bit a person; empty when there are spans. */
    private readonly content: Uint8Array,
    /** Where each span of members begins, ascending; behind it how many more it has, when `stride` is 2. */
    private readonly spans: Uint16Array,
    private readonly stride: 1 | 2,
  ) {}

  /**
   * @param bytes of serializeBitmap
   * @param flipped the same of those who are members when they are not in `bytes`, and none when they are; empty bytes for nobody
   * @throws RangeError when they are something else, or more than one block
   */
  static of(bytes: Uint8Array, flipped: Uint8Array = NO_BITS): PackedBlock {
    const block = PackedBlock.read(bytes);
    return flipped.length === 0 ? block : block.flip(PackedBlock.read(flipped));
  }

  private static read(bytes: Uint8Array): PackedBlock {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const cookie = view.getUint16(0, true);
    if (cookie === WITH_RUNS && view.getUint16(2, true) === 0) {
      const runs = view.getUint16(HEAD_WITH_RUNS, true);
      return new PackedBlock(NO_BITS, spansIn(cut(bytes, HEAD_WITH_RUNS + 2, runs * 4)), 2);
    }
    if (cookie !== WITHOUT_RUNS || view.getUint32(4, true) > 1) {
      throw new RangeError('these bytes are no bitmap of one block');
    }
    if (view.getUint32(4, true) === 0) {
      return new PackedBlock(NO_BITS, NO_SPANS, 1);
    }
    const members = view.getUint16(10, true) + 1;
    return members > MOST_LISTED
      ? new PackedBlock(cut(bytes, HEAD_WITHOUT_RUNS, BYTES_OF_BITS), NO_SPANS, 1)
      : new PackedBlock(NO_BITS, spansIn(cut(bytes, HEAD_WITHOUT_RUNS, members * 2)), 1);
  }

  /** A bit a person, to be copied only; undefined when the members are few, or in few runs. */
  get bits(): Uint8Array | undefined {
    return this.content.length > 0 ? this.content : undefined;
  }

  get bytes(): number {
    return this.content.length + this.spans.byteLength;
  }

  get isEmpty(): boolean {
    return this.content.length === 0 && this.spans.length === 0;
  }

  /** @param ordinals of this block, ascending @returns the members among them */
  pick(ordinals: readonly number[]): number[] {
    if (this.content.length > 0) {
      return ordinals.filter((ordinal) => this.hasBit(ordinal % BLOCK_SIZE));
    }
    let span = 0;
    return ordinals.filter((ordinal) => {
      const place = ordinal % BLOCK_SIZE;
      span = this.spanAfter(span, place);
      return this.isIn(span, place);
    });
  }

  private flip(others: PackedBlock): PackedBlock {
    const bits = this.toBits();
    others.toBits().forEach((byte, index) => {
      bits[index] = (bits[index] ?? 0) ^ byte;
    });
    return new PackedBlock(bits, NO_SPANS, 1);
  }

  /** A copy. */
  private toBits(): Uint8Array {
    const bits = new Uint8Array(BYTES_OF_BITS);
    bits.set(this.content);
    for (let span = 0; span < this.spanCount; span += 1) {
      const begin = this.spans[span * this.stride] ?? 0;
      setBits(bits, begin, begin + (this.stride === 1 ? 0 : (this.spans[span * this.stride + 1] ?? 0)));
    }
    return bits;
  }

  private get spanCount(): number {
    return this.spans.length / this.stride;
  }

  private hasBit(place: number): boolean {
    return ((this.content[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  private isIn(span: number, place: number): boolean {
    const begin = this.spans[span * this.stride];
    const more = this.stride === 1 ? 0 : (this.spans[span * this.stride + 1] ?? 0);
    return begin !== undefined && place >= begin && place <= begin + more;
  }

  /** The last span from `low` on and before `high` that does not begin after `place`; `low` when there is none. */
  private spanAt(place: number, low: number, high: number): number {
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.spans[middle * this.stride] ?? BLOCK_SIZE) <= place) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The same in steps that double, because the next one is mostly near. */
  private spanAfter(from: number, place: number): number {
    let low = from;
    let step = 1;
    while ((this.spans[(low + step) * this.stride] ?? BLOCK_SIZE) <= place) {
      low += step;
      step *= 2;
    }
    return this.spanAt(place, low, Math.min(low + step, this.spanCount));
  }
}

/** Both inclusive; whole bytes at once, because a run may be everybody. */
function setBits(bits: Uint8Array, first: number, last: number): void {
  const [from, to] = [first >> 3, last >> 3];
  const begin = 0xff & (0xff << (first & 7));
  const end = 0xff >> (7 - (last & 7));
  if (from === to) {
    bits[from] = (bits[from] ?? 0) | (begin & end);
    return;
  }
  bits[from] = (bits[from] ?? 0) | begin;
  bits.fill(0xff, from + 1, to);
  bits[to] = (bits[to] ?? 0) | end;
}

/** A copy, on whose numbers it may be looked at. */
function cut(bytes: Uint8Array, from: number, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length < from + length) {
    throw new RangeError('these bytes are no whole bitmap');
  }
  return new Uint8Array(bytes.subarray(from, from + length));
}

/** Roaring is little-endian, and so is every machine that Node runs on. */
function spansIn(bytes: Uint8Array<ArrayBuffer>): Uint16Array {
  return new Uint16Array(bytes.buffer);
}
