import type { CsvRow } from './csv-row.js';
import type { ScannedRecord } from './record-scanner.js';

const LF = 10;
const CR = 13;

/** Which cells are read. */
export interface Column {
  /** A byte. */
  readonly separator: number;
  /** From 0. */
  readonly column: number;
}

/**
 * Rows straight from the bytes of records in which quotes are characters like others: most files have none, and csv-parser makes an
 * object of each row and a string of each cell.
 */
export function cutRows(bytes: Buffer, records: readonly ScannedRecord[], column: Column): readonly CsvRow[] {
  // One string and slices of it, where each byte is a character: several times as fast as to decode cell by cell.
  const text = bytes.toString();
  const isAscii = text.length === bytes.length;
  const rows: CsvRow[] = [];
  for (const { start, end, line, isBlank } of records) {
    if (isBlank) {
      continue;
    }
    const stop = endOfText(bytes, start, end);
    const from = startOfCell(bytes, start, stop, column);
    const to = endOfCell(bytes, from, stop, column.separator);
    const value = isAscii ? text.slice(from, to) : bytes.toString('utf8', from, to);
    rows.push({ line, value: from > stop ? undefined : value, broken: undefined });
  }
  return rows;
}

/** Where its end of line is, if it has one. */
function endOfText(bytes: Buffer, start: number, end: number): number {
  const stop = end > start && bytes[end - 1] === LF ? end - 1 : end;
  return stop > start && bytes[stop - 1] === CR ? stop - 1 : stop;
}

/** @returns beyond `stop` when the record has fewer cells */
function startOfCell(bytes: Buffer, start: number, stop: number, { separator, column }: Column): number {
  let from = start;
  for (let passed = 0; passed < column && from <= stop; passed += 1) {
    from = endOfCell(bytes, from, stop, separator) + 1;
  }
  return from;
}

/** A loop, because `indexOf` would look beyond the record. */
function endOfCell(bytes: Buffer, from: number, stop: number, separator: number): number {
  let index = from;
  while (index < stop && bytes[index] !== separator) {
    index += 1;
  }
  return index;
}
