import csvParser from 'csv-parser';

/** The cells of a record by their place. */
export type Cells = Readonly<Record<number, string>>;

/** A byte that no text has: the scanner's caller refuses NUL. */
const NO_QUOTE = '\0';

/** csv-parser as a function: whole records in, their cells out. */
export class CellParser {
  private readonly parser;
  private rows: Cells[] = [];
  private expected = 0;
  private deliver: (() => void) | undefined;

  constructor(separator: string, quoting: 'proper' | 'literal') {
    const quote = quoting === 'proper' ? '"' : NO_QUOTE;
    this.parser = csvParser({ headers: false, separator, quote, escape: quote });
    this.parser.on('data', (row: Cells) => {
      this.rows.push(row);
      if (this.rows.length === this.expected) {
        this.deliver?.();
      }
    });
  }

  /** @param records each closed by an end of line; changed in place where quotes are escaped */
  async parse(records: Buffer, count: number): Promise<readonly Cells[]> {
    this.rows = [];
    this.expected = count;
    const delivered = new Promise<void>((resolve) => {
      this.deliver = resolve;
    });
    if (count > 0) {
      this.parser.write(records);
      await delivered;
    }
    return this.rows;
  }
}
