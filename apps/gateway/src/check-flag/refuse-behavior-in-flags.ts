import { cohortsOf, type FilterNode, isEventLeaf, leavesOf } from '#cohort-core';
import type { CohortIds, Transaction } from '#persistence';

import { invalid } from '../http/api-error.js';
import { BEHAVIORAL_COHORT_FOUND } from './check-flag-cohorts.js';
import { findFlagsUsing } from './find-flags-using.js';
import { reachCohorts } from './reach-cohorts.js';

interface NewCriteria {
  readonly tree: FilterNode;
  /** Where the refusal stands. */
  readonly attr: 'filters' | null;
}

/**
 * Refuses criteria of a dynamic cohort that reach an event while an active flag uses the cohort, itself or through others. The
 * caller holds the live-set row `FOR UPDATE`: no flag begins to use it meanwhile.
 * @throws ApiError 400
 */
export async function refuseBehaviorInFlags(
  transaction: Transaction,
  ids: CohortIds,
  { tree, attr }: NewCriteria,
): Promise<void> {
  const sentence = await behaviorOf(transaction, ids.projectId, tree);
  if (sentence === undefined) {
    return;
  }
  const { total } = await findFlagsUsing(transaction, ids, { onlyActive: true, limit: 1 });
  if (total > 0) {
    throw invalid(attr, sentence, BEHAVIORAL_COHORT_FOUND);
  }
}

/** How the criteria reach an event, as the sentence that refuses it. */
async function behaviorOf(transaction: Transaction, projectId: number, tree: FilterNode): Promise<string | undefined> {
  if (leavesOf(tree).some(isEventLeaf)) {
    return 'Behavioral filters cannot be added to cohorts used in feature flags.';
  }
  const references = cohortsOf(tree);
  const reached = references.length === 0 ? [] : await reachCohorts(transaction, projectId, references);
  const behavioral = reached.find(({ isBehavioral, deleted }) => isBehavioral && !deleted);
  return behavioral === undefined
    ? undefined
    : `A cohort dependency (${behavioral.name}) has filters based on events. These cohorts can't be used in feature flags.`;
}
