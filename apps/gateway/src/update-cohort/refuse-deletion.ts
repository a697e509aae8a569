import type { CohortIds, Transaction } from '#persistence';

import { findFlagsUsing } from '../check-flag/find-flags-using.js';
import { invalid } from '../http/api-error.js';

const MAX_NAMED = 5;

/** Finds what keeps a cohort from being deleted. @returns the sentence, undefined when nothing does */
type Obstacle = (transaction: Transaction, ids: CohortIds) => Promise<string | undefined>;

/** In PostHog's order. Its insights and test-account filters have no counterpart here. */
const OBSTACLES: readonly Obstacle[] = [usedByFlags, usedByCohorts];

/** The cohorts of the project that refer to this one in their filters, static ones too. */
const REFERRERS = `
  SELECT name, count(*) OVER ()::int AS total FROM cohort
  WHERE project_id = $1 AND refers_to @> ARRAY[$2::int] AND refers_to <> '{}' AND NOT deleted ORDER BY id LIMIT ${MAX_NAMED}`;

/**
 * Refuses to delete a cohort that something still needs. The caller holds the live-set row `FOR UPDATE`: nobody begins to refer to
 * it meanwhile.
 * @throws ApiError 400
 */
export async function refuseDeletion(transaction: Transaction, ids: CohortIds): Promise<void> {
  for (const obstacle of OBSTACLES) {
    const sentence = await obstacle(transaction, ids);
    if (sentence !== undefined) {
      throw invalid(null, sentence);
    }
  }
}

/** Active flags only, all of them by name. */
async function usedByFlags(transaction: Transaction, ids: CohortIds): Promise<string | undefined> {
  const { flags, total } = await findFlagsUsing(transaction, ids, { onlyActive: true });
  const names = flags.map(({ key, name }) => (name === '' ? key : name)).join(', ');
  return total === 0
    ? undefined
    : `This cohort is used in ${total} active feature flag(s): ${names}. ` +
        'Please remove the cohort from these feature flags before deleting it.';
}

async function usedByCohorts(transaction: Transaction, ids: CohortIds): Promise<string | undefined> {
  const { rows } = await transaction.query<{ name: string; total: number }>(REFERRERS, [ids.projectId, ids.cohortId]);
  const total = rows[0]?.total ?? 0;
  if (total === 0) {
    return undefined;
  }
  const names = rows.map(({ name }) => name).join(', ');
  const more = total > MAX_NAMED ? `, and ${total - MAX_NAMED} more` : '';
  return (
    `This cohort is used as criteria in ${total} other cohort(s): ${names}${more}. ` +
    'Please remove this cohort from those cohort definitions before deleting it.'
  );
}
