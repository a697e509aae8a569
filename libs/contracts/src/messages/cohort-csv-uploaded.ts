import { IsBoolean, IsDateString, IsIn, IsInt, IsOptional, IsUUID, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

/** What an import does to the members: add the persons of the file, make them all there is, or take them out. */
export const CSV_MODES = ['append', 'replace', 'remove'] as const;
export type CsvMode = (typeof CSV_MODES)[number];

/** A CSV file was stored whole for a static cohort, and waits for its import. */
export class CohortCsvUploaded extends CohortMessage {
  @IsUUID()
  import_id!: string;

  @IsIn(CSV_MODES)
  mode!: CsvMode;

  /** Whether ids of nobody are kept until a person with that id appears. */
  @IsBoolean()
  keep_unmatched!: boolean;

  /** Of the file, as UTF-8. */
  @IsInt()
  @Min(1)
  total_bytes!: number;

  @IsDateString()
  uploaded_at!: string;

  /** The user who sent it. */
  @IsOptional()
  @IsInt()
  by_id!: number | null;
}
