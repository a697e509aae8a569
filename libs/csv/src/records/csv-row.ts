export interface CsvRow {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  /** Of the column that is read; undefined where the row has too few cells, or its quotes are broken. */
  readonly value: string | undefined;
  /** The record as it stands in the file, for the report; only where the quotes are broken. */
  readonly broken: string | undefined;
}
