import { IsDateString } from 'class-validator';

import { FlagMessage } from './flag-message.js';

/** A feature flag was deleted: clients hear no more of it. A restore is a `flag.updated`. */
export class FlagDeleted extends FlagMessage {
  @IsDateString()
  deleted_at!: string;
}
