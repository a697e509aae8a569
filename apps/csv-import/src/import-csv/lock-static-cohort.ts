import { type CohortIds, lockCohort, type Transaction } from '#persistence';

import { WrongCohortError } from './errors.js';

/** The locks of a writer of membership, once the persons are locked. @throws WrongCohortError */
export async function lockStaticCohort(transaction: Transaction, ids: CohortIds): Promise<void> {
  const cohort = await lockCohort(transaction, ids, 'SHARE');
  if (cohort === undefined || cohort.deleted) {
    throw new WrongCohortError('cohort_deleted');
  }
  if (!cohort.isStatic) {
    throw new WrongCohortError('not_static');
  }
}
