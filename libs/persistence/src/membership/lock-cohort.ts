import type { Transaction } from '../database.js';
import { lockLiveSet } from './lock-live-set.js';

/** A cohort under its lock: what a writer must know before it writes. */
export interface LockedCohort {
  readonly name: string;
  readonly isStatic: boolean;
  readonly deleted: boolean;
  readonly version: number | null;
  readonly pendingVersion: number | null;
  readonly definitionNumber: number;
  readonly isCalculating: boolean;
  /** Whether filters are stored: of a static cohort, what it was made from. */
  readonly hasCriteria: boolean;
}

export interface CohortIds {
  readonly projectId: number;
  readonly cohortId: number;
}

const LOCK_COHORT = `
  SELECT name, is_static AS "isStatic", deleted, version, pending_version AS "pendingVersion",
    definition_number AS "definitionNumber", is_calculating AS "isCalculating", filters IS NOT NULL AS "hasCriteria"
  FROM cohort WHERE project_id = $1 AND id = $2 FOR UPDATE`;

/**
 * Takes the locks of a writer of membership in their order: the project's live-set row, then the cohort row; the chunks follow.
 * @param liveSet `UPDATE` changes which cohorts are kept live: a delete, a restore, an edit of a definition or of references
 * @returns undefined when the project has no such cohort
 */
export async function lockCohort(
  transaction: Transaction,
  { projectId, cohortId }: CohortIds,
  liveSet: 'SHARE' | 'UPDATE',
): Promise<LockedCohort | undefined> {
  await lockLiveSet(transaction, projectId, liveSet);
  const { rows } = await transaction.query<LockedCohort>(LOCK_COHORT, [projectId, cohortId]);
  return rows[0];
}

const IS_REFERRED_TO = `
  SELECT EXISTS (SELECT FROM cohort WHERE project_id = $1 AND refers_to @> ARRAY[$2::int] AND NOT deleted AND NOT is_static) AS "isReferredTo"`;

/**
 * As `lockCohort`, before the list of a static cohort is changed: nobody keeps cohorts live that refer to a list, so their
 * calculations are asked for (`wantDependents`), which takes the live set FOR UPDATE where there are any.
 */
export async function lockList(transaction: Transaction, ids: CohortIds): Promise<LockedCohort | undefined> {
  const { rows } = await transaction.query<{ isReferredTo: boolean }>(IS_REFERRED_TO, [ids.projectId, ids.cohortId]);
  return lockCohort(transaction, ids, rows[0]?.isReferredTo === true ? 'UPDATE' : 'SHARE');
}

/**
 * Which cohorts are kept live, or by which definition, has changed: whoever keeps an index of them builds it anew. The caller holds
 * the live-set row FOR UPDATE.
 */
export async function moveLiveSet(transaction: Transaction, projectId: number): Promise<void> {
  await transaction.query('UPDATE live_set SET number = number + 1 WHERE project_id = $1', [projectId]);
}

/** The clock of membership decisions: the database's plus the project's offset. Read it under the locks. */
export async function readClock(transaction: Transaction, projectId: number): Promise<Date> {
  const { rows } = await transaction.query<{ at: Date }>(
    'SELECT clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
    [projectId],
  );
  if (rows[0] === undefined) {
    throw new Error(`no project ${projectId}`);
  }
  return rows[0].at;
}
