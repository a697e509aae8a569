import type { PoolClient } from 'pg';

import { ADVISORY_LOCKS } from '../advisory-locks.js';

/** PostHog's: above so many errors in a row only an edit asks for another run. */
const MAX_ERRORS = 20;
/** PostHog's pause after an error, doubled by each one; ours ends at a day. */
const PAUSE_AFTER_ERROR = `least(interval '30 minutes' * 2 ^ least(errors_calculating, 10), interval '1 day')`;
/** A cohort so long overdue does not wait for what it refers to any more. */
const MAX_WAIT_FOR_REFERENCES = `interval '1 day'`;

const CLAIM_DUE = `
  WITH due AS (
    SELECT cohort.id, cohort.refers_to, cohort.last_calculation, cohort.created_at,
      clock_timestamp() + project.clock_offset AS now
    FROM cohort JOIN project ON project.id = cohort.project_id
    WHERE NOT deleted AND NOT is_calculating AND (NOT is_static OR (filters IS NOT NULL AND version IS NULL))
      AND errors_calculating <= ${MAX_ERRORS}
      AND (last_calculation IS NULL OR last_calculation < clock_timestamp() + project.clock_offset - $1 * interval '1 minute')
      AND (last_error_at IS NULL OR last_error_at <= clock_timestamp() - ${PAUSE_AFTER_ERROR})
  ), free AS (
    SELECT cohort.id FROM cohort JOIN due ON due.id = cohort.id
    WHERE NOT cohort.is_calculating AND (
        coalesce(due.last_calculation, due.created_at) < due.now - ${MAX_WAIT_FOR_REFERENCES}
        OR NOT EXISTS (SELECT FROM due AS other WHERE other.id = ANY(due.refers_to) AND other.id <> due.id)
      )
    ORDER BY due.last_calculation NULLS FIRST, due.id
    LIMIT greatest(0, $2 - (SELECT count(*) FROM calculation WHERE state IN ('wanted', 'running') AND is_scheduled))
    FOR UPDATE OF cohort SKIP LOCKED
  ), asked AS (
    UPDATE cohort SET pending_version = greatest(pending_version, version, 0) + 1, is_calculating = true
    FROM free WHERE cohort.id = free.id
    RETURNING cohort.project_id, cohort.id, cohort.pending_version
  )
  INSERT INTO calculation (project_id, cohort_id, version, is_scheduled)
  SELECT project_id, id, pending_version, true FROM asked`;

/**
 * Asks for runs of the dynamic cohorts whose last one is too old: the oldest first, those never computed before all, what others
 * refer to before those. At most `maxOpen` scheduled runs wait or are computed at once; the rest stays due.
 * @returns how many were asked for; 0 also when another process is scheduling
 */
export async function claimDueCohorts(
  transaction: PoolClient,
  { maxAgeMinutes, maxOpen }: { readonly maxAgeMinutes: number; readonly maxOpen: number },
): Promise<number> {
  const lock = await transaction.query<{ ours: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS ours', [
    // One process schedules at a time, so that the limit holds for all of them together.
    ADVISORY_LOCKS.scheduleCalculations,
  ]);
  if (lock.rows[0]?.ours !== true) {
    return 0;
  }
  return (await transaction.query(CLAIM_DUE, [maxAgeMinutes, maxOpen])).rowCount ?? 0;
}

/**
 * Says on the cohort why a run gave up. The caller holds the cohort row.
 * @returns when the schedule tries again; null: not before an edit
 */
export async function recordFailure(
  transaction: PoolClient,
  run: { readonly projectId: number; readonly cohortId: number; readonly version: number },
  message: string,
): Promise<Date | null> {
  const { rows } = await transaction.query<{ retry_at: Date | null }>(
    `UPDATE cohort SET errors_calculating = errors_calculating + 1, last_error_at = clock_timestamp(), last_error_message = $4,
       is_calculating = NOT is_static AND coalesce(pending_version, 0) > $3
     WHERE project_id = $1 AND id = $2
     RETURNING CASE WHEN errors_calculating <= ${MAX_ERRORS} AND NOT deleted THEN last_error_at + ${PAUSE_AFTER_ERROR} END AS retry_at`,
    [run.projectId, run.cohortId, run.version, message],
  );
  return rows[0]?.retry_at ?? null;
}

/** A cohort that says it is calculating, and no run that would ever end that. */
export interface StuckCohort {
  readonly id: number;
  readonly pendingVersion: number;
}

const STUCK = `
  is_calculating AND NOT deleted AND (NOT is_static OR filters IS NOT NULL) AND NOT EXISTS (
    SELECT FROM calculation AS open
    WHERE open.project_id = cohort.project_id AND open.cohort_id = cohort.id AND open.state IN ('wanted', 'running')
  )`;

/** Looks for them; whose message is still on its way is among them too, so look twice before believing it. */
export async function findStuckCohorts(client: PoolClient): Promise<StuckCohort[]> {
  const result = await client.query<StuckCohort>(
    `SELECT id, coalesce(pending_version, 0) AS "pendingVersion" FROM cohort WHERE ${STUCK} ORDER BY id LIMIT 1000`,
  );
  return result.rows;
}

/** Asks for new runs of those that are still stuck at the same version. @returns how many */
export async function restartStuckCohorts(transaction: PoolClient, stuck: readonly StuckCohort[]): Promise<number> {
  const result = await transaction.query(
    `WITH still AS (
       SELECT cohort.id FROM cohort JOIN unnest($1::int[], $2::int[]) AS seen (id, version) ON seen.id = cohort.id
       WHERE coalesce(pending_version, 0) = seen.version AND ${STUCK}
       ORDER BY cohort.id FOR UPDATE OF cohort SKIP LOCKED
     ), asked AS (
       UPDATE cohort SET pending_version = greatest(pending_version, version, 0) + 1 FROM still WHERE cohort.id = still.id
       RETURNING cohort.project_id, cohort.id, cohort.pending_version
     )
     INSERT INTO calculation (project_id, cohort_id, version) SELECT project_id, id, pending_version FROM asked`,
    [stuck.map(({ id }) => id), stuck.map(({ pendingVersion }) => pendingVersion)],
  );
  return result.rowCount ?? 0;
}
