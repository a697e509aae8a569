import type { Transaction } from '../database.js';
import { lockLiveSet } from '../membership/lock-live-set.js';
import { IS_LIVE } from './live-cohort.js';

/** Up to where the passing of time is in a cohort's membership. */
export interface SweepMark {
  readonly cohortId: number;
  readonly version: number;
  readonly sweptTo: Date;
}

/** Of the live cohorts of a project. */
export async function readSweepMarks(transaction: Transaction, projectId: number): Promise<SweepMark[]> {
  const { rows } = await transaction.query<SweepMark>(
    `SELECT cohort.id AS "cohortId", cohort.version, coalesce(swept_to, last_calculation, cohort.created_at) AS "sweptTo"
     FROM cohort LEFT JOIN cohort_sweep AS sweep ON sweep.project_id = cohort.project_id AND sweep.cohort_id = cohort.id
     WHERE cohort.project_id = $1 AND ${IS_LIVE}`,
    [projectId],
  );
  return rows;
}

/**
 * Moves the marks of cohorts on. Nothing happens when the live set is another than the one that was swept: its new definitions have
 * marks of their own. Rows that a flip holds are left to it.
 * @returns false when it is another
 */
export async function moveSweepMarks(
  transaction: Transaction,
  swept: {
    readonly projectId: number;
    readonly liveSet: string;
    readonly cohorts: readonly number[];
    readonly to: Date;
  },
): Promise<boolean> {
  if ((await lockLiveSet(transaction, swept.projectId, 'SHARE')) !== swept.liveSet) {
    return false;
  }
  await transaction.query(
    `UPDATE cohort_sweep AS sweep SET swept_to = greatest(sweep.swept_to, $3) FROM (
       SELECT cohort_id FROM cohort_sweep WHERE project_id = $1 AND cohort_id = ANY($2::int[])
       ORDER BY cohort_id FOR UPDATE SKIP LOCKED
     ) AS mine WHERE sweep.project_id = $1 AND sweep.cohort_id = mine.cohort_id`,
    [swept.projectId, swept.cohorts, swept.to],
  );
  return true;
}
