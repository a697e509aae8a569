import { IsDateString, IsInt, IsOptional, Min } from 'class-validator';

import { CohortState } from './cohort-state.js';

/** A cohort exists: it was committed together with this message. */
export class CohortCreated extends CohortState {
  /** The version that its first calculation will produce. */
  @IsInt()
  @Min(1)
  pending_version!: number;

  @IsDateString()
  created_at!: string;

  @IsOptional()
  @IsInt()
  created_by_id!: number | null;
}
