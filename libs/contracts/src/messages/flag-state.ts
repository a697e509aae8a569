import { IsArray, IsBoolean, IsInt, IsString, MaxLength } from 'class-validator';

import { FlagMessage } from './flag-message.js';

/** What a feature flag is after a create or an edit. Carries ids, not the conditions: read those through the API. */
export abstract class FlagState extends FlagMessage {
  /** What clients ask for. */
  @IsString()
  @MaxLength(400)
  key!: string;

  /** What its switch says; a deleted flag is off whatever it says. */
  @IsBoolean()
  active!: boolean;

  /** The cohorts that its conditions name. */
  @IsArray()
  @IsInt({ each: true })
  cohort_ids!: number[];
}
