import type { Pool } from 'pg';

/** Rows a statement deletes, so that no transaction is long. */
const BATCH = 5_000;
/** One round's share. */
const MAX_BATCHES = 200;

export interface HistoryLimits {
  /** Finished runs that a cohort keeps: the newest. */
  readonly runsPerCohort: number;
  /** Ids of handled messages stay longer than Kafka keeps the messages. */
  readonly inboxDays: number;
}

/** A page of the history holds 100; topics keep their messages 7 days. */
const HISTORY_LIMITS: HistoryLimits = { runsPerCohort: 100, inboxDays: 8 };

/** Versions of a cohort have no gaps to speak of, so the number alone tells what is old: no run is ranked. */
const OLD_RUNS = `
  DELETE FROM calculation WHERE id IN (
    SELECT old.id FROM cohort CROSS JOIN LATERAL (
      SELECT id FROM calculation
      WHERE project_id = cohort.project_id AND cohort_id = cohort.id AND version <= cohort.pending_version - $1
        AND state IN ('done', 'failed', 'superseded')
      LIMIT ${BATCH}
    ) AS old LIMIT ${BATCH})`;
const OLD_INBOX = `
  DELETE FROM inbox
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM inbox WHERE received_at < now() - $1 * interval '1 day' LIMIT ${BATCH}))`;

/** Deletes what nobody will ask for again. @returns rows deleted, by table */
export async function purgeHistory(
  pool: Pool,
  limits: HistoryLimits = HISTORY_LIMITS,
): Promise<{ readonly calculation: number; readonly inbox: number }> {
  return {
    calculation: await repeatedly(pool, OLD_RUNS, limits.runsPerCohort),
    inbox: await repeatedly(pool, OLD_INBOX, limits.inboxDays),
  };
}

async function repeatedly(pool: Pool, statement: string, limit: number): Promise<number> {
  let total = 0;
  for (let round = 0; round < MAX_BATCHES; round += 1) {
    const deleted = (await pool.query(statement, [limit])).rowCount ?? 0;
    total += deleted;
    if (deleted < BATCH) {
      break;
    }
  }
  return total;
}
