import type { Transaction } from '#persistence';

import { type ApiError, invalid } from '../http/api-error.js';
import { reachCohorts, type ReachedCohort } from './reach-cohorts.js';

/** PostHog's code for what a flag cannot use because of its conditions, or cannot use yet. */
export const BEHAVIORAL_COHORT_FOUND = 'behavioral_cohort_found';

/**
 * Refuses cohorts that a flag may not take: unknown, foreign, deleted, with conditions on events (its own, or those of a cohort that
 * it leads to), larger than the size limit, without a version yet. The caller holds the live-set row `FOR UPDATE` until it has
 * stored the flag, so that none of them becomes so meanwhile.
 * @throws ApiError 400
 */
export async function checkFlagCohorts(
  transaction: Transaction,
  projectId: number,
  cohortIds: readonly number[],
): Promise<void> {
  if (cohortIds.length === 0) {
    return;
  }
  const reached = await reachCohorts(transaction, projectId, cohortIds);
  for (const id of cohortIds) {
    const refusal = refusalOf(
      id,
      reached.filter(({ root }) => root === id),
    );
    if (refusal !== undefined) {
      throw refusal;
    }
  }
}

function refusalOf(id: number, reached: readonly ReachedCohort[]): ApiError | undefined {
  const [cohort] = reached;
  if (cohort === undefined || cohort.deleted) {
    return invalid('filters', `Cohort with id ${id} does not exist`, 'cohort_does_not_exist');
  }
  const behavioral = reached.find(({ isBehavioral }) => isBehavioral);
  if (behavioral !== undefined) {
    const detail = `Cohort '${behavioral.name}' with filters on events cannot be used in feature flags.`;
    return invalid('filters', detail, BEHAVIORAL_COHORT_FOUND);
  }
  const large = reached.find(({ isTooLarge }) => isTooLarge);
  if (large !== undefined) {
    const detail = `Cohort '${large.name}' is larger than the size limit and cannot be used in feature flags.`;
    return invalid('filters', detail, 'cohort_limit_exceeded');
  }
  return cohort.isFilled ? undefined : unfilled(cohort);
}

function unfilled({ name }: ReachedCohort): ApiError {
  const detail =
    `Cohort '${name}' is still being backfilled and cannot be used in feature flags yet. ` +
    'It will become available once its initial backfill completes.';
  return invalid('filters', detail, BEHAVIORAL_COHORT_FOUND);
}
