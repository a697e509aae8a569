import type { lockList } from '#persistence';
import { type CohortIds, lockCohort, type Transaction } from '#persistence';

import { WrongCohortError } from './errors.js';

/**
 * The locks of a writer of membership, once the persons are locked.
 * @param lock the last batch asks for calculations of those that refer to the cohort: `lockList`
 * @throws WrongCohortError
 */
export async function lockStaticCohort(transaction: Transaction, ids: CohortIds, lock = lockShared): Promise<void> {
  const cohort = await lock(transaction, ids);
  if (cohort === undefined || cohort.deleted) {
    throw new WrongCohortError('cohort_deleted');
  }
  if (!cohort.isStatic) {
    throw new WrongCohortError('not_static');
  }
}

const lockShared: typeof lockList = (transaction, ids) => lockCohort(transaction, ids, 'SHARE');
