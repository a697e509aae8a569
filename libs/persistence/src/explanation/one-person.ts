import type { Instant } from '#cohort-core';

import type { Transaction } from '../database.js';

/** A question about one person, at one instant, as a transaction sees her. */
export interface OnePerson {
  readonly transaction: Transaction;
  readonly projectId: number;
  readonly timezone: string;
  readonly at: Instant;
  readonly ordinal: number;
}
