import type { CohortType } from '#contracts';
import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { checkDefinition } from '../check-definition/check-definition.js';
import { refuseLoops } from '../check-definition/refuse-loops.js';
import { refuseOtherType } from '../check-definition/refuse-other-type.js';
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
 * Checks an edit against the project: references, loops, the type that was sent, what still needs a cohort that shall be deleted.
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
  if (edit.deleted && !stored.deleted) {
    await refuseDeletion(transaction, { projectId: access.projectId, cohortId: stored.id });
  }
  // PostHog: a definition that is sent decides its type; without one the type that is sent stays.
  const keepsGiven = given !== undefined && (edit.isStatic || !isRedefined);
  return { ...edit, ...derived, cohortType: keepsGiven ? given : derived.cohortType, isRedefined };
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
