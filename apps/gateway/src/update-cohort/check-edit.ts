import type { CohortType } from '#contracts';
import type { CohortIds, Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { checkDefinition } from '../check-definition/check-definition.js';
import { refuseLoops } from '../check-definition/refuse-loops.js';
import { refuseOtherType } from '../check-definition/refuse-other-type.js';
import { refuseBehaviorInFlags } from '../check-flag/refuse-behavior-in-flags.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import type { CohortEdit } from './read-edit.js';
import { refuseDeletion } from './refuse-deletion.js';

/** What is stored beside the edit and can only be known with the project at hand. */
export interface CheckedEdit extends CohortEdit {
  readonly cohortType: CohortType | null;
  readonly conditionType: object | null;
  /** The members are to be found in another way than before: other filters, or the cohort became static or dynamic. */
  readonly isRedefined: boolean;
}

/**
 * Checks an edit against the project: references, loops, the type that was sent, what flags that use the cohort forbid, what still
 * needs a cohort that shall be deleted.
 * The caller holds the locks, the live-set row `FOR UPDATE` when the edit touches references or `deleted`.
 * @throws ApiError 400
 */
export async function checkEdit(
  transaction: Transaction,
  access: Access,
  stored: CohortRow,
  edit: CohortEdit,
): Promise<CheckedEdit> {
  const isRedefined = edit.hasNewFilters || edit.isStatic !== stored.is_static;
  const derived = isRedefined ? await derive(transaction, access.projectId, stored.id, edit) : storedTypes(stored);
  const cohort = { isStatic: edit.isStatic, tree: edit.tree, stored: [derived.cohortType, stored.cohort_type] };
  const given = await refuseOtherType(transaction, access.projectId, edit.givenType, cohort);
  await checkUses(transaction, { projectId: access.projectId, cohortId: stored.id }, { stored, edit, isRedefined });
  // PostHog: a definition that is sent decides its type; without one the type that is sent stays.
  const keepsGiven = given !== undefined && (edit.isStatic || !isRedefined);
  return { ...edit, ...derived, cohortType: keepsGiven ? given : derived.cohortType, isRedefined };
}

interface Step {
  readonly stored: CohortRow;
  readonly edit: CohortEdit;
  readonly isRedefined: boolean;
}

async function checkUses(transaction: Transaction, ids: CohortIds, { stored, edit, isRedefined }: Step): Promise<void> {
  if (edit.deleted) {
    await (stored.deleted ? undefined : refuseDeletion(transaction, ids));
  } else if (!edit.isStatic && edit.tree !== undefined && (isRedefined || stored.deleted)) {
    // A restore counts: cohorts that flags use may refer to one that is deleted.
    await refuseBehaviorInFlags(transaction, ids, { tree: edit.tree, attr: edit.sentFilters ? 'filters' : null });
  }
}

type Types = Pick<CheckedEdit, 'cohortType' | 'conditionType'>;

function storedTypes(stored: CohortRow): Types {
  return { cohortType: stored.cohort_type, conditionType: stored.condition_type };
}

async function derive(
  transaction: Transaction,
  projectId: number,
  cohortId: number,
  { tree, isStatic }: CohortEdit,
): Promise<Types> {
  if (tree === undefined) {
    return { cohortType: null, conditionType: null };
  }
  if (!isStatic) {
    await refuseLoops(transaction, projectId, cohortId, tree);
  }
  const checked = await checkDefinition(transaction, projectId, tree);
  return isStatic ? { ...checked, cohortType: null } : checked;
}
