import { IsDateString, IsIn, IsInt, IsString, IsUUID, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

export const CSV_FAILURES = ['cohort_deleted', 'not_static', 'unreadable', 'unknown'] as const;
export type CsvFailure = (typeof CSV_FAILURES)[number];

/** An import was given up. What its first `rows` rows changed stays; in mode `replace` nobody has left. */
export class CohortCsvFailed extends CohortMessage {
  @IsUUID()
  import_id!: string;

  @IsIn(CSV_FAILURES)
  code!: CsvFailure;

  @IsString()
  message!: string;

  @IsInt()
  @Min(1)
  attempt!: number;

  /** Rows that were imported before. */
  @IsInt()
  @Min(0)
  rows!: number;

  @IsDateString()
  at!: string;
}
