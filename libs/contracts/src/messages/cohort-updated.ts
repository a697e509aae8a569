import {
  IsArray,
  IsBoolean,
  IsDateString,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
  Min,
} from 'class-validator';

import { COHORT_TYPES, type CohortType } from './cohort-created.js';
import { CohortMessage } from './cohort-message.js';

/** A cohort was edited or restored. Carries ids, not the definition: read that through the API. */
export class CohortUpdated extends CohortMessage {
  @IsString()
  @MaxLength(400)
  name!: string;

  @IsBoolean()
  is_static!: boolean;

  @IsOptional()
  @IsIn(COHORT_TYPES)
  cohort_type!: CohortType | null;

  /** The version that the calculation this edit asks for will produce; of a static cohort, the last one asked for, if any. */
  @IsOptional()
  @IsInt()
  @Min(1)
  pending_version!: number | null;

  /** Counts the edits of the filters; a calculation of an older definition gives up. */
  @IsInt()
  @Min(1)
  definition_number!: number;

  /** Names of the fields that got another value; `deleted` when it was restored. Empty: a calculation was asked for, nothing else. */
  @IsArray()
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  changed!: string[];

  @IsDateString()
  updated_at!: string;

  /** The user who did it; null for Muster itself. */
  @IsOptional()
  @IsInt()
  by_id!: number | null;
}
