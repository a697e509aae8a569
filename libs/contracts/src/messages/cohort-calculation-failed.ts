import { IsDateString, IsInt, IsOptional, IsString, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

/** A calculation failed. The members are still those of the last good version. */
export class CohortCalculationFailed extends CohortMessage {
  @IsInt()
  @Min(1)
  pending_version!: number;

  /** `timeout`, `capacity`, `validation_error`, `unknown` ... (apps/calculator/src/calculate-cohort/failures.ts). */
  @IsString()
  code!: string;

  @IsString()
  message!: string;

  @IsInt()
  @Min(1)
  attempt!: number;

  /** When it is tried again; null: not before the next edit. */
  @IsOptional()
  @IsDateString()
  retry_at!: string | null;

  @IsDateString()
  at!: string;
}
