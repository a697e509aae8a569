import { IsDateString, IsIn, IsInt, IsNumber, IsUUID, Min } from 'class-validator';

import { CSV_MODES, type CsvMode } from './cohort-csv-uploaded.js';
import { CohortMessage } from './cohort-message.js';

/** An import has ended; who entered and left was told by `cohort.membership.changed`. Always rows = matched + unmatched + duplicates + invalid. */
export class CohortCsvImported extends CohortMessage {
  @IsUUID()
  import_id!: string;

  @IsIn(CSV_MODES)
  mode!: CsvMode;

  /** Rows that are not blank, without the header. */
  @IsInt()
  @Min(0)
  rows!: number;

  /** Rows whose id is that of a person. */
  @IsInt()
  @Min(0)
  matched!: number;

  /** Rows whose id is nobody's. */
  @IsInt()
  @Min(0)
  unmatched!: number;

  /** Rows whose id stood in an earlier row. */
  @IsInt()
  @Min(0)
  duplicates!: number;

  /** Rows that hold no id. */
  @IsInt()
  @Min(0)
  invalid!: number;

  /** Different persons that the ids belong to. */
  @IsInt()
  @Min(0)
  persons!: number;

  @IsInt()
  @Min(0)
  entered_count!: number;

  @IsInt()
  @Min(0)
  left_count!: number;

  /** Members of the cohort after the import. */
  @IsInt()
  @Min(0)
  count!: number;

  @IsInt()
  @Min(1)
  version!: number;

  @IsDateString()
  at!: string;

  @IsNumber()
  @Min(0)
  duration_ms!: number;
}
