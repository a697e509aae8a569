import { CellParser, type Cells } from './cell-parser.js';
import { RecordScanner, type Scan, type ScannedRecord } from './record-scanner.js';

export interface CsvRow {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** Undefined where the quotes are broken. */
  readonly cells: Cells | undefined;
  /** The record as it stands in the file, for the report; only where `cells` is undefined. */
  readonly text: string;
}

const END_OF_LINE = Buffer.from('\n');

/** Reads rows from a stream of UTF-8, chunk by chunk; blank lines are none. */
export class CsvReader {
  private readonly scanner;
  private readonly proper;
  private readonly literal;

  constructor(separator: string) {
    this.scanner = new RecordScanner([separator.charCodeAt(0)]);
    this.proper = new CellParser(separator, 'proper');
    this.literal = new CellParser(separator, 'literal');
  }

  /** @param chunk becomes the reader's: it is changed in place */
  async read(chunk: Buffer): Promise<readonly CsvRow[]> {
    return this.rowsOf(this.scanner.push(chunk));
  }

  async end(): Promise<readonly CsvRow[]> {
    const { bytes, records } = this.scanner.end();
    // csv-parser gives a row when it sees its end of line.
    return this.rowsOf({ bytes: Buffer.concat([bytes, END_OF_LINE]), records });
  }

  /** Holds the chunk to the same rules without reading cells. @returns how many rows it closed */
  skim(chunk: Buffer): number {
    return countRows(this.scanner.push(chunk));
  }

  endSkim(): number {
    return countRows(this.scanner.end());
  }

  private async rowsOf({ bytes, records }: Scan): Promise<readonly CsvRow[]> {
    const runs: (readonly CsvRow[])[] = [];
    for (const run of runsOf(records)) {
      const first = run[0];
      const last = run.at(-1);
      if (first !== undefined && last !== undefined) {
        const isEnd = last === records.at(-1);
        runs.push(await this.rowsOfRun(bytes.subarray(first.start, isEnd ? bytes.length : last.end), run));
      }
    }
    return runs.length === 1 ? (runs[0] ?? []) : runs.flat();
  }

  private async rowsOfRun(bytes: Buffer, run: readonly ScannedRecord[]): Promise<readonly CsvRow[]> {
    const quoting = run[0]?.quoting ?? 'proper';
    if (quoting === 'broken') {
      return run.map(({ line }) => ({ line, cells: undefined, text: bytes.toString().trim() }));
    }
    const cells = await this[quoting].parse(bytes, run.length);
    const rows: CsvRow[] = [];
    run.forEach((record, index) => {
      if (!record.isBlank) {
        rows.push({ line: record.line, cells: cells[index] ?? {}, text: '' });
      }
    });
    return rows;
  }
}

function countRows({ records }: Scan): number {
  return records.filter(({ isBlank }) => !isBlank).length;
}

/** Neighbours of one quoting together; a broken record stands alone. */
function runsOf(records: readonly ScannedRecord[]): readonly (readonly ScannedRecord[])[] {
  if (records.every(({ quoting }) => quoting === 'proper')) {
    return [records];
  }
  const runs: ScannedRecord[][] = [];
  for (const record of records) {
    const open = runs.at(-1);
    if (open?.[0]?.quoting === record.quoting && record.quoting !== 'broken') {
      open.push(record);
    } else {
      runs.push([record]);
    }
  }
  return runs;
}
