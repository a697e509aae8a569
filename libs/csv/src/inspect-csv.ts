import { CsvError } from './csv-error.js';
import { Utf8Decoder } from './decode/utf8-decoder.js';
import type { CsvLayout } from './layout/csv-layout.js';
import { readLayout } from './layout/read-layout.js';
import { CsvReader } from './records/csv-reader.js';
import type { CsvRow } from './records/csv-row.js';
import { RecordScanner } from './records/record-scanner.js';

/** Any of them may open a cell while nobody knows which one separates. */
const ANY_SEPARATOR = [',', ';', '\t'].map((separator) => separator.charCodeAt(0));

/**
 * Looks at a file while it comes in: every byte is held to the rules, and nothing is kept but the record under way. What it gives
 * back is UTF-8, whatever came, so that a reader of the stored file needs no second guess.
 */
export class CsvInspector {
  private readonly decoder = new Utf8Decoder();
  private readonly headScanner = new RecordScanner(ANY_SEPARATOR);
  private head: Buffer[] = [];
  private layout: CsvLayout | undefined;
  private reader: CsvReader | undefined;
  private isHeaderPassed = false;
  private hasIds = false;
  /** Rows seen so far, the header among them. */
  rows = 0;

  /** @returns the bytes to store @throws CsvError as soon as it is certain that the file is refused */
  async push(chunk: Buffer): Promise<Buffer> {
    const bytes = this.decoder.push(chunk);
    await this.look(bytes);
    return bytes;
  }

  /** @returns the last bytes to store, and what the file is */
  async end(): Promise<{ bytes: Buffer; layout: CsvLayout }> {
    const bytes = this.decoder.end();
    await this.look(bytes);
    if (this.layout === undefined) {
      const scan = this.headScanner.end();
      await this.decide(scan.bytes, scan.records);
    }
    if (this.layout === undefined) {
      throw new CsvError('empty');
    }
    await this.lookAtRows();
    if (!this.hasIds) {
      throw new CsvError('no_ids');
    }
    return { bytes, layout: this.layout };
  }

  private async look(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) {
      return;
    }
    // Scanners change what they read.
    const copy = Buffer.from(bytes);
    if (this.layout !== undefined) {
      await this.lookAtRows(copy);
      return;
    }
    this.head.push(copy);
    const scan = this.headScanner.push(Buffer.from(bytes));
    await this.decide(scan.bytes, scan.records);
  }

  private async decide(bytes: Buffer, records: ReturnType<RecordScanner['end']>['records']): Promise<void> {
    const first = records.find(({ isBlank }) => !isBlank);
    if (first === undefined) {
      return;
    }
    const record = Buffer.from(bytes.subarray(first.start, first.end).toString().trimEnd());
    this.layout = await readLayout(record, first);
    this.reader = new CsvReader(this.layout.separator, this.layout.column);
    const head = Buffer.concat(this.head);
    this.head = [];
    await this.lookAtRows(head);
  }

  /** @param bytes absent: the end */
  private async lookAtRows(bytes?: Buffer): Promise<void> {
    const { reader } = this;
    if (reader === undefined) {
      return;
    }
    if (this.hasIds) {
      this.rows += bytes === undefined ? reader.endSkim() : reader.skim(bytes);
    } else {
      this.findIds(await (bytes === undefined ? reader.end() : reader.read(bytes)));
    }
  }

  private findIds(rows: readonly CsvRow[]): void {
    this.rows += rows.length;
    const isHeaderHere = this.layout?.hasHeader === true && !this.isHeaderPassed && rows.length > 0;
    this.isHeaderPassed ||= rows.length > 0;
    this.hasIds = rows.slice(isHeaderHere ? 1 : 0).some(({ value }) => value !== undefined && value.trim() !== '');
  }
}
