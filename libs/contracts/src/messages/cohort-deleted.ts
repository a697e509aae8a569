import { IsDateString, IsInt, IsOptional } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

/** A cohort was deleted; that everyone left it is told by `cohort.membership.changed`. A restore is a `cohort.updated`. */
export class CohortDeleted extends CohortMessage {
  @IsDateString()
  deleted_at!: string;

  /** The user who did it; null for Muster itself. */
  @IsOptional()
  @IsInt()
  by_id!: number | null;
}
