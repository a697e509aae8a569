import { CellParser } from './cell-parser.js';
import { cutCells } from './cut-cells.js';
import { type Quoting, RecordScanner, type Scan, type ScannedRecord } from './record-scanner.js';

export interface CsvRow {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** Of the column that is read; undefined where the row has too few cells, or its quotes are broken. */
  readonly value: string | undefined;
  /** The record as it stands in the file, for the report; only where the quotes are broken. */
  readonly broken: string | undefined;
}

const END_OF_LINE = Buffer.from('\n');

/** Reads one column from a stream of UTF-8, chunk by chunk; blank lines are no rows. */
export class CsvReader {
  private readonly scanner;
  private readonly parser;
  private readonly separator;

  /** @param column from 0 */
  constructor(
    separator: string,
    private readonly column: number,
  ) {
    this.separator = separator.charCodeAt(0);
    this.scanner = new RecordScanner([this.separator]);
    this.parser = new CellParser(separator, 'proper');
  }

  /** @param chunk becomes the reader's: it is changed in place */
  async read(chunk: Buffer): Promise<readonly CsvRow[]> {
    return this.rowsOf(this.scanner.push(chunk));
  }

  async end(): Promise<readonly CsvRow[]> {
    return this.rowsOf(closed(this.scanner.end()));
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
      runs.push(await this.rowsOfRun(bytes, run));
    }
    return runs.length === 1 ? (runs[0] ?? []) : runs.flat();
  }

  private async rowsOfRun(bytes: Buffer, run: readonly ScannedRecord[]): Promise<readonly CsvRow[]> {
    if (run[0]?.quoting === 'broken') {
      return run.map(({ line, start, end }) => ({
        line,
        value: undefined,
        broken: bytes.toString('utf8', start, end).trim(),
      }));
    }
    const values = await this.valuesOf(bytes, run);
    const rows: CsvRow[] = [];
    run.forEach(({ line, isBlank }, index) => {
      if (!isBlank) {
        rows.push({ line, value: values[index], broken: undefined });
      }
    });
    return rows;
  }

  private async valuesOf(bytes: Buffer, run: readonly ScannedRecord[]): Promise<readonly (string | undefined)[]> {
    const { separator, column } = this;
    if (run.every(({ quoting }) => quoting !== 'proper')) {
      return cutCells(bytes, run, { separator, column });
    }
    const rows = await this.parser.parse(bytes.subarray(run[0]?.start, run.at(-1)?.end), run.length);
    return rows.map((cells) => cells[column]);
  }
}

/** csv-parser gives a row when it sees its end of line. */
function closed({ bytes, records }: Scan): Scan {
  const last = records.at(-1);
  if (last === undefined || bytes.at(-1) === END_OF_LINE[0]) {
    return { bytes, records };
  }
  return {
    bytes: Buffer.concat([bytes, END_OF_LINE]),
    records: [...records.slice(0, -1), { ...last, end: last.end + END_OF_LINE.length }],
  };
}

function countRows({ records }: Scan): number {
  return records.filter(({ isBlank }) => !isBlank).length;
}

/**
 * Neighbours that are read in one way; a broken record stands alone. Where csv-parser is needed at all it reads the records without
 * quotes too, so that rows which take turns are not a run each.
 */
function runsOf(records: readonly ScannedRecord[]): readonly (readonly ScannedRecord[])[] {
  const withoutQuotes: Quoting = records.some(({ quoting }) => quoting === 'proper') ? 'proper' : 'literal';
  const runs: ScannedRecord[][] = [];
  let current: Quoting | undefined;
  for (const record of records) {
    const quoting = record.quoting === 'none' ? withoutQuotes : record.quoting;
    if (quoting !== current || quoting === 'broken') {
      runs.push([]);
      current = quoting;
    }
    runs.at(-1)?.push(record);
  }
  return runs;
}
