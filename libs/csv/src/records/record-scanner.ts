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

  /** @param separators bytes; more than one while it is not known yet which it is */
  constructor(private readonly separators: readonly number[]) {}

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
      const byte = bytes[index];
      if (byte === LF || byte === CR) {
        this.endOfLine(bytes, index);
      } else if (byte === QUOTE) {
        this.quote();
      } else if (this.place !== 'quoted') {
        this.plain(byte ?? 0);
      }
    }
    this.scanned = end;
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

  private plain(byte: number): void {
    this.isBlank &&= byte <= BLANK;
    if (this.separators.includes(byte)) {
      this.place = 'cell start';
      this.separatorsInRecord += 1;
      return;
    }
    this.isBroken ||= this.place === 'after quote';
    this.place = 'plain';
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
    return this.hasLiteral ? 'literal' : 'proper';
  }
}
