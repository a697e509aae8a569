const TEXT_OID = 25;
const HEADER_BYTES = 20;
const EMPTY_HEADER_BYTES = 12;
const LENGTH_BYTES = 4;
/** Of one UTF-16 code unit. */
const MAX_UTF8_BYTES = 3;
const FIRST_CAPACITY = 64 * 1024;

/** An id that may be a person's. */
export interface ListedId {
  readonly line: number;
  readonly value: string;
}

/**
 * Ids and their lines, kept as a `text[]` in PostgreSQL's binary form, which pg hands on as it is: a list of strings it would quote
 * and escape one by one, and a quarter of a million objects would be moved about by every collection meanwhile.
 */
export class IdList {
  private array = Buffer.allocUnsafe(FIRST_CAPACITY);
  private end = HEADER_BYTES;
  private readonly starts: number[] = [];
  private readonly lines: number[] = [];

  get length(): number {
    return this.starts.length;
  }

  get bytes(): number {
    return this.end;
  }

  add(line: number, value: string): void {
    this.makeRoom(LENGTH_BYTES + MAX_UTF8_BYTES * value.length);
    this.starts.push(this.end);
    this.lines.push(line);
    const bytes = this.array.write(value, this.end + LENGTH_BYTES);
    this.array.writeInt32BE(bytes, this.end);
    this.end += LENGTH_BYTES + bytes;
  }

  /** @param place from 0 */
  at(place: number): ListedId {
    const start = this.starts[place];
    const line = this.lines[place];
    if (start === undefined || line === undefined) {
      throw new RangeError(`no id ${place} in a list of ${this.length}`);
    }
    const from = start + LENGTH_BYTES;
    return { line, value: this.array.toString('utf8', from, from + this.array.readInt32BE(start)) };
  }

  /** The parameter of a statement; it is the list's, until the next `add`. */
  toTextArray(): Buffer {
    const dimensions = this.length === 0 ? 0 : 1;
    // Dimensions, no nulls, type; then the length of the dimension, and the number of its first element.
    [dimensions, 0, TEXT_OID, this.length, 1].forEach((word, index) => {
      this.array.writeInt32BE(word, index * LENGTH_BYTES);
    });
    return this.array.subarray(0, this.length === 0 ? EMPTY_HEADER_BYTES : this.end);
  }

  private makeRoom(bytes: number): void {
    if (this.end + bytes > this.array.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.array.length, this.end + bytes));
      this.array.copy(larger, 0, 0, this.end);
      this.array = larger;
    }
  }
}
