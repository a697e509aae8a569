import { IsBoolean, IsIn, IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

export const COHORT_TYPES = ['static', 'person_property', 'behavioral', 'realtime', 'analytical'] as const;
export type CohortType = (typeof COHORT_TYPES)[number];

/** What a cohort is after a create or an edit. Carries ids, not the definition: read that through the API. */
export abstract class CohortState extends CohortMessage {
  @IsString()
  @MaxLength(400)
  name!: string;

  @IsBoolean()
  is_static!: boolean;

  @IsOptional()
  @IsIn(COHORT_TYPES)
  cohort_type!: CohortType | null;

  /** Counts the edits of the filters; a calculation of an older definition gives up. */
  @IsInt()
  @Min(1)
  definition_number!: number;
}
