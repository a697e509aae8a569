import { IsArray, IsBoolean, IsDateString, IsInt, IsNotEmpty, IsString, MaxLength } from 'class-validator';

import { FlagMessage } from './flag-message.js';

/** A feature flag was edited or restored. Carries ids, not the conditions: read those through the API. */
export class FlagUpdated extends FlagMessage {
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

  /** Names of the fields that got another value; `deleted` when it was restored. */
  @IsArray()
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  changed!: string[];

  @IsDateString()
  updated_at!: string;
}
