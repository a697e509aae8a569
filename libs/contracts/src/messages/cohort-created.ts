import { IsBoolean, IsDateString, IsIn, IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

export const COHORT_TYPES = ['static', 'person_property', 'behavioral', 'realtime', 'analytical'] as const;
export type CohortType = (typeof COHORT_TYPES)[number];

/** A cohort exists: it was committed together with this message. Carries ids, not the definition: read that through the API. */
export class CohortCreated extends CohortMessage {
  @IsString()
  @MaxLength(400)
  name!: string;

  @IsBoolean()
  is_static!: boolean;

  @IsOptional()
  @IsIn(COHORT_TYPES)
  cohort_type!: CohortType | null;

  /** The version that its first calculation will produce. */
  @IsInt()
  @Min(1)
  pending_version!: number;

  /** Counts the edits of the filters; a calculation of an older definition gives up. */
  @IsInt()
  @Min(1)
  definition_number!: number;

  @IsDateString()
  created_at!: string;

  @IsOptional()
  @IsInt()
  created_by_id!: number | null;
}
