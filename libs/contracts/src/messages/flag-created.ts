import { IsArray, IsBoolean, IsDateString, IsInt, IsString, MaxLength } from 'class-validator';

import { FlagMessage } from './flag-message.js';

/** A feature flag exists. Carries ids, not the conditions: read those through the API. */
export class FlagCreated extends FlagMessage {
  /** What clients ask for. */
  @IsString()
  @MaxLength(400)
  key!: string;

  @IsBoolean()
  active!: boolean;

  /** The cohorts that its conditions name. */
  @IsArray()
  @IsInt({ each: true })
  cohort_ids!: number[];

  @IsDateString()
  created_at!: string;
}
