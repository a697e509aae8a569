import { IsArray, IsBoolean, IsDateString, IsNotEmpty, IsOptional, IsString } from 'class-validator';

import { FlagState } from './flag-state.js';

/** A feature flag was edited or restored. */
export class FlagUpdated extends FlagState {
  /** True for an edit of a flag that is deleted, and stays so: clients hear nothing of it. Absent, as in older messages: false. */
  @IsOptional()
  @IsBoolean()
  deleted?: boolean;

  /** Names of the fields that got another value; `deleted` when it was restored. */
  @IsArray()
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  changed!: string[];

  @IsDateString()
  updated_at!: string;
}
