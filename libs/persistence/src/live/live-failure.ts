import type { Database } from '../database.js';
import { moveLiveSet } from '../membership/lock-cohort.js';
import { lockLiveSet } from '../membership/lock-live-set.js';

/** Cohorts whose live evaluation failed by their own fault, with the reason; nothing was written. */
export class LiveFailure extends Error {
  /** @param versions of which they failed, of all cohorts that were asked */
  constructor(
    readonly failed: ReadonlyMap<number, unknown>,
    readonly versions: ReadonlyMap<number, number>,
  ) {
    super(`live evaluation failed: ${[...failed].map(([id, error]) => `cohort ${id}: ${textOf(error)}`).join('; ')}`);
    this.name = 'LiveFailure';
  }
}

/** A calculation is asked for after so long: long enough that a cohort that fails with every event costs little. */
const RECOVER_AFTER_SECONDS = 10;

const STOP_KEEPING_LIVE = `
  WITH failed AS (
    SELECT * FROM unnest($2::int[], $3::text[], $5::int[]) AS failed (id, error, version)
  ), stopped AS (
    UPDATE cohort SET live_error = failed.error, live_failed_at = clock_timestamp(),
      last_error_at = clock_timestamp(), last_error_message = failed.error,
      pending_version = greatest(pending_version, cohort.version, 0) + 1, is_calculating = true
    FROM failed WHERE cohort.project_id = $1 AND cohort.id = failed.id AND cohort.version = failed.version AND live_error IS NULL
    RETURNING cohort.project_id, cohort.id, cohort.pending_version
  )
  INSERT INTO calculation (project_id, cohort_id, version, is_scheduled, not_before)
  SELECT project_id, id, pending_version, true, clock_timestamp() + $4 * interval '1 second' FROM stopped`;

/**
 * Takes cohorts out of the live set and asks for the calculations that bring them back. A version that came meanwhile, as soon as the
 * failed writer gave its locks back, has not failed.
 */
export async function stopKeepingLive(database: Database, projectId: number, failure: LiveFailure): Promise<void> {
  const failed = [...failure.failed].sort(([one], [other]) => one - other);
  await database.transaction(async (transaction) => {
    await lockLiveSet(transaction, projectId, 'UPDATE');
    await transaction.query(STOP_KEEPING_LIVE, [
      projectId,
      failed.map(([id]) => id),
      failed.map(([, error]) => `The cohort could not be kept live: ${textOf(error)}. It will be calculated again.`),
      RECOVER_AFTER_SECONDS,
      failed.map(([id]) => failure.versions.get(id)),
    ]);
    await moveLiveSet(transaction, projectId);
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
