import { type CohortIds, type LockedCohort, lockList, type Transaction } from '#persistence';

import { conflict, invalid, notFound } from '../http/api-error.js';

/**
 * Takes the locks for a change of a static cohort's members.
 * @param onlyStatic the sentence for a dynamic cohort
 * @throws ApiError 404, 400 for a dynamic or a deleted cohort, 409 while the calculator still fills it
 */
export async function lockStaticCohort(
  transaction: Transaction,
  ids: CohortIds,
  onlyStatic: string,
): Promise<LockedCohort> {
  const cohort = await lockList(transaction, ids);
  if (cohort === undefined) {
    throw notFound();
  }
  if (!cohort.isStatic) {
    throw invalid(null, onlyStatic);
  }
  if (cohort.deleted) {
    throw invalid(null, 'This cohort is deleted. Restore it first.');
  }
  if (cohort.version === null && cohort.isCalculating && cohort.hasCriteria) {
    throw conflict(
      'population_in_progress',
      'This cohort is still being populated. Wait for it to finish, then try again.',
    );
  }
  return cohort;
}
