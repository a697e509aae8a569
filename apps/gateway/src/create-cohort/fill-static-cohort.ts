import { type Bitmap, BitmapScope, cohortsOf } from '#cohort-core';
import { lockLiveSet, readClock, replaceMembers, type Transaction, wantCalculation } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import { resolvePersons } from '../static-members/resolve-persons.js';
import type { NewCohort } from './read-new-cohort.js';

const STORE_COUNT = 'UPDATE cohort SET count = $3, last_calculation = $4 WHERE project_id = $1 AND id = $2';

/**
 * Inserts a static cohort and gives it its members: those of the list, else those whom the calculator finds, else none.
 * Persons are locked before the project's live-set row, and that before the new cohort.
 */
export async function fillStaticCohort(
  transaction: Transaction,
  access: Access,
  cohort: NewCohort,
  insert: () => Promise<CohortRow>,
): Promise<CohortRow> {
  const ordinals = await resolvePersons(transaction, access.projectId, cohort.personIds);
  // At once as strong as needed: two who hold it FOR SHARE and want more would wait for each other.
  const refersToOthers = cohort.definition !== undefined && cohortsOf(cohort.definition.tree).length > 0;
  const strength = refersToOthers ? 'UPDATE' : 'SHARE';
  await lockLiveSet(transaction, access.projectId, strength);
  const row = await insert();
  if (row.version === null) {
    // Written here, not asked for over Kafka: a static cohort has this one calculation only.
    await wantCalculation(transaction, { projectId: access.projectId, cohortId: row.id, version: 1 });
    return row;
  }
  using scope = new BitmapScope();
  return await storeFirstMembers(transaction, row, scope.of(ordinals));
}

/** Makes persons the members of a static cohort that this transaction has inserted. */
export async function storeFirstMembers(transaction: Transaction, row: CohortRow, members: Bitmap): Promise<CohortRow> {
  const ids = { projectId: row.project_id, cohortId: row.id };
  const at = await readClock(transaction, ids.projectId);
  await replaceMembers(transaction, { ...ids, version: 1, members, reason: 'api', at });
  await transaction.query(STORE_COUNT, [ids.projectId, ids.cohortId, members.size, at]);
  return { ...row, count: members.size, last_calculation: at };
}
