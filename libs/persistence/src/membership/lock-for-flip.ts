import type { Transaction } from '../database.js';
import { IS_LIVE } from '../live/live-cohort.js';
import { type CohortIds, lockCohort, type LockedCohort } from './lock-cohort.js';
import { lockLiveSet } from './lock-live-set.js';

interface LiveState {
  /** It is kept live by this very definition. */
  readonly isLive: boolean;
  /** The flip changes neither which cohorts are kept live nor by which definition. */
  readonly isSettled: boolean;
  readonly lastCalculation: Date | null;
  /** Flags may use it, so its size has a limit. */
  readonly isLimited: boolean;
  /** It is frozen. */
  readonly isTooLarge: boolean;
  /** That it is near its limit has been told. */
  readonly isNearTold: boolean;
}

export type LockedForFlip = LockedCohort & LiveState;

/** `$3` are the filters that the new version is calculated from. */
const READ_LIVE = `
  SELECT "isLive", "isLive" OR (live_filters IS NULL AND (is_static OR $3::jsonb IS NULL)) AS "isSettled",
    last_calculation AS "lastCalculation", cohort_type IS NOT DISTINCT FROM 'realtime' AND NOT is_static AS "isLimited",
    limit_exceeded AS "isTooLarge", limit_approached AS "isNearTold"
  FROM cohort, LATERAL (
    SELECT ${IS_LIVE} AND live_filters IS NOT DISTINCT FROM $3::jsonb AS "isLive"
  ) AS state WHERE project_id = $1 AND id = $2`;

/** Those that will be asked to follow, with the cohort itself: in the order that every writer of membership takes cohort rows. */
const LOCK_WITH_DEPENDENTS = `
  SELECT FROM cohort
  WHERE project_id = $1 AND (id = $2 OR (refers_to @> ARRAY[$2::int] AND NOT deleted AND NOT is_static))
  ORDER BY id FOR UPDATE`;

/**
 * The locks of a flip. One that changes neither which cohorts are live nor their definitions leaves the number of the live set as it
 * is, so that nobody makes an index anew; live work of the project waits at the gate for it, some ten milliseconds.
 * @param liveSet null: as it is found to be needed
 * @returns undefined: no such cohort. `stronger`: the share was not enough after all; begin anew with 'UPDATE'
 */
export async function lockForFlip(
  transaction: Transaction,
  ids: CohortIds,
  filters: object | null,
  liveSet: 'UPDATE' | null,
): Promise<LockedForFlip | undefined | 'stronger'> {
  const values = [ids.projectId, ids.cohortId, filters === null ? null : JSON.stringify(filters)];
  const read = async (): Promise<LiveState | undefined> =>
    (await transaction.query<LiveState>(READ_LIVE, values)).rows[0];
  const strength = liveSet ?? ((await read())?.isSettled === true ? 'SHARE' : 'UPDATE');
  await lockLiveSet(transaction, ids.projectId, strength, 'UPDATE');
  await transaction.query(LOCK_WITH_DEPENDENTS, [ids.projectId, ids.cohortId]);
  const stored = await lockCohort(transaction, ids, strength);
  const state = await read();
  if (stored === undefined || state === undefined) {
    return undefined;
  }
  return strength === 'SHARE' && !state.isSettled ? 'stronger' : { ...stored, ...state };
}
