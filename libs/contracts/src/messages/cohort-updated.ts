import { IsArray, IsDateString, IsInt, IsNotEmpty, IsOptional, IsString, Min } from 'class-validator';

import { CohortState } from './cohort-state.js';

/** A cohort was edited or restored. */
export class CohortUpdated extends CohortState {
  /** The version that the calculation this edit asks for will produce; of a static cohort, the last one asked for, if any. */
  @IsOptional()
  @IsInt()
  @Min(1)
  pending_version!: number | null;

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
