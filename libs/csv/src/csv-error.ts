/** Why a file cannot be read as CSV. */
export type CsvProblem =
  /** Neither UTF-8 nor UTF-16 with a byte order mark. */
  | 'encoding'
  | 'empty'
  /** Several columns, and none of them is named as an id. */
  | 'no_id_column'
  | 'no_ids'
  /** A NUL byte. */
  | 'nul'
  /** A quote that is never closed, or closed only after more than a record may have. */
  | 'open_quote'
  | 'record_too_large'
  | 'too_many_columns';

export class CsvError extends Error {
  constructor(
    readonly problem: CsvProblem,
    /** Names of the columns that were found, for `no_id_column`. */
    readonly columns: readonly string[] = [],
  ) {
    super(`the CSV cannot be read: ${problem}`);
    this.name = 'CsvError';
  }
}
