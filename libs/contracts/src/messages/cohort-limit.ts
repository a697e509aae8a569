import { IsDateString, IsInt, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

abstract class CohortLimitMessage extends CohortMessage {
  /** Persons in the cohort; of one that exceeds the limit, those that it would hold. */
  @IsInt()
  @Min(0)
  count!: number;

  /** Persons that it may hold: `REALTIME_COHORT_MAX_PERSONS`. */
  @IsInt()
  @Min(1)
  limit!: number;

  @IsDateString()
  at!: string;
}

/** A cohort holds 80 % of what it may; told again only when it was below in between. */
export class CohortLimitApproaching extends CohortLimitMessage {}

/** A cohort would hold more than it may: from here on it stays as it is, until a calculation fits (then a `cohort.calculated` follows). */
export class CohortLimitExceeded extends CohortLimitMessage {}
