import { CsvError } from '../csv-error.js';

/** More is no row of a list of persons; an open quote would otherwise be read to the end of the file. */
const MAX_RECORD_BYTES = 1024 * 1024;
const MAX_COLUMNS = 10_000;

const LF = 10;
const CR = 13;
const QUOTE = 34;
const BLANK = 32;

/** How a record stands to the rules of RFC 4180. */
export type Quoting =
  | 'none'
  | 'proper'
  /** Quotes in the middle of cells only: they are characters like others. */
  | 'literal'
  /** A quoted cell that goes on behind its closing quote, or both kinds in one record. */
  | 'broken';

export interface ScannedRecord {
  readonly start: number;
  /** Behind its end of line. */
  readonly end: number;
  /** Of its first character, from 1. */
  readonly line: number;
  readonly quoting: Quoting;
  readonly isBlank: boolean;
}

export interface Scan {
  /** Whole records, one behind the other from the first byte; a lone CR that ended one is an LF now. */
  readonly bytes: Buffer;
  readonly records: readonly ScannedRecord[];
}

type Place = 'cell start' | 'plain' | 'quoted' | 'after quote';

/** What a byte may be. */
const PLAIN = 0;
const SEPARATOR = 1;
/** A quote or an end of line. */
const MARK = 2;

/**
 * Cuts a stream of UTF-8 into records. csv-parser, which reads the cells, takes any quote anywhere for the begin or end of a quoted
 * passage and so runs rows together; it gets whole records of which the quoting is known, and each row keeps its line number.
 */
export class RecordScanner {
  private rest: Buffer = Buffer.alloc(0);
  /** How much of `rest` was looked at. */
  private scanned = 0;
  private place: Place = 'cell start';
  private hasProper = false;
  private hasLiteral = false;
  private isBroken = false;
  private isBlank = true;
  private separatorsInRecord = 0;
  private line = 1;
  private recordLine = 1;
  private start = 0;
  private records: ScannedRecord[] = [];
  /** By byte; a table, because every byte of a file is asked. */
  private readonly kinds = new Uint8Array(256).fill(PLAIN);

  /** @param separators bytes; more than one while it is not known yet which it is */
  constructor(separators: readonly number[]) {
    separators.forEach((byte) => (this.kinds[byte] = SEPARATOR));
    [LF, CR, QUOTE].forEach((byte) => (this.kinds[byte] = MARK));
  }

  /** @throws CsvError when a record is larger than any row */
  push(chunk: Buffer): Scan {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    // A CR at the end may be half of a CRLF.
    this.scan(bytes, bytes.at(-1) === CR ? bytes.length - 1 : bytes.length);
    return this.take(bytes);
  }

  /** The last record, when no end of line closes it. @throws CsvError when a quote is still open */
  end(): Scan {
    const bytes = this.rest;
    this.scan(bytes, bytes.length);
    if (this.place === 'quoted') {
      throw new CsvError('open_quote');
    }
    if (this.start < bytes.length) {
      this.close(bytes.length);
    }
    return this.take(bytes);
  }

  private take(bytes: Buffer): Scan {
    const scan = { bytes: bytes.subarray(0, this.start), records: this.records };
    this.rest = bytes.subarray(this.start);
    if (this.rest.length > MAX_RECORD_BYTES) {
      throw new CsvError(this.place === 'quoted' ? 'open_quote' : 'record_too_large');
    }
    this.scanned -= this.start;
    this.start = 0;
    this.records = [];
    return scan;
  }

  private scan(bytes: Buffer, end: number): void {
    for (let index = this.scanned; index < end; index += 1) {
      index = this.place === 'quoted' ? this.passQuoted(bytes, index, end) : this.passPlain(bytes, index, end);
      if (index === end) {
        break;
      }
      if (bytes[index] === QUOTE) {
        this.quote();
      } else {
        this.endOfLine(bytes, index);
      }
    }
    this.scanned = end;
  }

  /** @returns the place of the next mark, `end` when there is none */
  private passQuoted(bytes: Buffer, from: number, end: number): number {
    let index = from;
    while (index < end && this.kinds[bytes[index] ?? 0] !== MARK) {
      index += 1;
    }
    return index;
  }

  /** Looks at the bytes before the next mark, in variables of its own: nearly all bytes of a file pass here. @returns its place */
  private passPlain(bytes: Buffer, from: number, end: number): number {
    const { kinds } = this;
    let { place, isBlank, isBroken, separatorsInRecord } = this;
    let index = from;
    for (; index < end; index += 1) {
      const byte = bytes[index] ?? 0;
      const kind = kinds[byte];
      if (kind === MARK) {
        break;
      }
      isBlank &&= byte <= BLANK;
      if (kind === SEPARATOR) {
        separatorsInRecord += 1;
        place = 'cell start';
      } else {
        isBroken ||= place === 'after quote';
        place = 'plain';
      }
    }
    this.place = place;
    this.isBlank = isBlank;
    this.isBroken = isBroken;
    this.separatorsInRecord = separatorsInRecord;
    return index;
  }

  private endOfLine(bytes: Buffer, index: number): void {
    if (bytes[index] === CR) {
      if (bytes[index + 1] === LF) {
        return;
      }
      if (this.place !== 'quoted') {
        bytes[index] = LF;
      }
    }
    this.line += 1;
    if (this.place !== 'quoted') {
      this.close(index + 1);
    }
  }

  private quote(): void {
    this.isBlank = false;
    switch (this.place) {
      case 'cell start':
        this.place = 'quoted';
        this.hasProper = true;
        break;
      case 'quoted':
        this.place = 'after quote';
        break;
      case 'after quote':
        this.place = 'quoted';
        break;
      case 'plain':
        this.hasLiteral = true;
    }
  }

  private close(end: number): void {
    if (end - this.start > MAX_RECORD_BYTES) {
      throw new CsvError('record_too_large');
    }
    if (this.separatorsInRecord >= MAX_COLUMNS) {
      throw new CsvError('too_many_columns');
    }
    const { start, recordLine: line, isBlank } = this;
    this.records.push({ start, end, line, isBlank, quoting: this.quoting() });
    this.start = end;
    this.recordLine = this.line;
    this.place = 'cell start';
    this.hasProper = false;
    this.hasLiteral = false;
    this.isBroken = false;
    this.isBlank = true;
    this.separatorsInRecord = 0;
  }

  private quoting(): Quoting {
    if (this.isBroken || (this.hasLiteral && this.hasProper)) {
      return 'broken';
    }
    if (this.hasLiteral) {
      return 'literal';
    }
    return this.hasProper ? 'proper' : 'none';
  }
}
