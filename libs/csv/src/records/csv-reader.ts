import { CellParser } from './cell-parser.js';
import type { CsvRow } from './csv-row.js';
import { type Column, cutRows } from './cut-rows.js';
import { type Quoting, RecordScanner, type Scan, type ScannedRecord } from './record-scanner.js';

const END_OF_LINE = Buffer.from('\n');

/** Reads one column from a stream of UTF-8, chunk by chunk; blank lines are no rows. */
export class CsvReader {
  private readonly scanner;
  private readonly parser;
  private readonly column: Column;

  /** @param column from 0 */
  constructor(separator: string, column: number) {
    this.column = { separator: separator.charCodeAt(0), column };
    this.scanner = new RecordScanner([this.column.separator]);
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
    if (records.every(({ quoting }) => quoting === 'none')) {
      return cutRows(bytes, records, this.column);
    }
    const runs: (readonly CsvRow[])[] = [];
    for (const run of runsOf(records)) {
      runs.push(await this.rowsOfRun(bytes, run));
    }
    return runs.flat();
  }

  private async rowsOfRun(bytes: Buffer, { reading, records }: Run): Promise<readonly CsvRow[]> {
    switch (reading) {
      case 'broken':
        return records.map((record) => brokenRow(bytes, record));
      case 'literal':
        return cutRows(bytes, records, this.column);
      case 'proper':
        return this.parseRows(bytes, records);
    }
  }

  private async parseRows(bytes: Buffer, records: readonly ScannedRecord[]): Promise<readonly CsvRow[]> {
    const cells = await this.parser.parse(bytes.subarray(records[0]?.start, records.at(-1)?.end), records.length);
    return records.flatMap(({ line, isBlank }, index) =>
      isBlank ? [] : [{ line, value: cells[index]?.[this.column.column], broken: undefined }],
    );
  }
}

function brokenRow(bytes: Buffer, { line, start, end }: ScannedRecord): CsvRow {
  return { line, value: undefined, broken: bytes.toString('utf8', start, end).trim() };
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

interface Run {
  readonly reading: Exclude<Quoting, 'none'>;
  readonly records: ScannedRecord[];
}

/**
 * Neighbours that are read in one way. Where csv-parser is needed at all it reads the records without quotes too, so that rows which
 * take turns are not a run each.
 */
function runsOf(records: readonly ScannedRecord[]): readonly Run[] {
  const withoutQuotes = records.some(({ quoting }) => quoting === 'proper') ? 'proper' : 'literal';
  const runs: Run[] = [];
  for (const record of records) {
    const reading = record.quoting === 'none' ? withoutQuotes : record.quoting;
    const open = runs.at(-1);
    if (open?.reading === reading) {
      open.records.push(record);
    } else {
      runs.push({ reading, records: [record] });
    }
  }
  return runs;
}
