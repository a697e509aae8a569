import { IsDateString, IsInt, IsNumber, IsOptional, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

/** A new version of a cohort's membership is readable. */
export class CohortCalculated extends CohortMessage {
  @IsInt()
  @Min(1)
  version!: number;

  @IsOptional()
  @IsInt()
  previous_version!: number | null;

  /** Members of this version. */
  @IsInt()
  @Min(0)
  count!: number;

  @IsInt()
  @Min(0)
  entered_count!: number;

  @IsInt()
  @Min(0)
  left_count!: number;

  /** The instant the filters were evaluated at: the database's clock plus the project's clock offset. */
  @IsDateString()
  at!: string;

  @IsNumber()
  @Min(0)
  duration_ms!: number;
}
