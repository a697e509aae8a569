import { IsDateString } from 'class-validator';

import { FlagState } from './flag-state.js';

/** A feature flag exists. */
export class FlagCreated extends FlagState {
  @IsDateString()
  created_at!: string;
}
