import type { Pool, PoolClient } from 'pg';

import type { CsvMode } from '#contracts';
import type { CsvLayout } from '#csv';

/** What became of the rows so far; always rows = matched + unmatched + duplicates + invalid. */
export interface Account {
  readonly rows: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly duplicates: number;
  readonly invalid: number;
}

/** An import that this process may work on until its lease ends. `attempt` is the fence: a later owner has a higher one. */
export interface LeasedImport {
  readonly id: string;
  readonly projectId: number;
  readonly cohortId: number;
  readonly uploadId: string;
  readonly mode: CsvMode;
  readonly keepUnmatched: boolean;
  readonly layout: CsvLayout;
  readonly pieces: number;
  readonly attempt: number;
  /** What earlier attempts have committed. */
  readonly account: Account;
  readonly persons: Buffer | null;
}

/** The oldest open import of a cohort, and no other, may run; a waiting one keeps the later ones waiting. */
const LEASE = `
  UPDATE csv_import SET status = 'running', phase = 'reading', attempt = attempt + 1,
    started_at = coalesce(started_at, clock_timestamp()), leased_until = clock_timestamp() + $1 * interval '1 millisecond'
  WHERE id = (
    SELECT id FROM csv_import AS due
    WHERE status IN ('waiting', 'running') AND is_wanted AND not_before <= clock_timestamp()
      AND (status = 'waiting' OR leased_until < clock_timestamp())
      AND NOT EXISTS (
        SELECT 1 FROM csv_import AS older
        WHERE older.cohort_id = due.cohort_id AND older.status IN ('waiting', 'running') AND older.position < due.position)
    ORDER BY not_before, position LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING id, project_id AS "projectId", cohort_id AS "cohortId", upload_id AS "uploadId", mode,
    keep_unmatched AS "keepUnmatched", layout, pieces, attempt, persons,
    json_build_object('rows', rows, 'matched', matched, 'unmatched', unmatched, 'duplicates', duplicates, 'invalid', invalid)
      AS account`;

const EXTEND = `
  UPDATE csv_import SET leased_until = clock_timestamp() + $3 * interval '1 millisecond'
  WHERE id = $1 AND attempt = $2 AND status = 'running'`;

const NEXT = `
  SELECT (EXTRACT(EPOCH FROM min(CASE status WHEN 'waiting' THEN not_before ELSE greatest(leased_until, not_before) END)
    - clock_timestamp()) * 1000)::float8 AS ms
  FROM csv_import WHERE status IN ('waiting', 'running') AND is_wanted AND not_before > clock_timestamp()`;

const POSTPONE = `
  UPDATE csv_import SET status = 'waiting', phase = 'waiting', leased_until = NULL, error_code = $3, error = $4,
    not_before = clock_timestamp() + $5 * interval '1 millisecond'
  WHERE id = $1 AND attempt = $2 AND status = 'running'`;

/** Takes the next due import, also one whose owner let its lease end. @returns undefined when nothing is due */
export async function leaseImport(client: Pool, leaseMs: number): Promise<LeasedImport | undefined> {
  const { rows } = await client.query<LeasedImport>(LEASE, [leaseMs]);
  return rows[0];
}

/** Heartbeat. @returns whether the lease was still ours */
export async function extendLease(client: Pool, run: LeasedImport, leaseMs: number): Promise<boolean> {
  const { rowCount } = await client.query(EXTEND, [run.id, run.attempt, leaseMs]);
  return rowCount === 1;
}

/** Milliseconds until a postponed import is due; undefined when none waits. */
export async function msUntilNextImport(client: Pool): Promise<number | undefined> {
  const { rows } = await client.query<{ ms: number | null }>(NEXT);
  return rows[0]?.ms ?? undefined;
}

export interface Postponement {
  readonly delayMs: number;
  readonly code: string | null;
  readonly error: string | null;
}

/** Gives the import back, to be gone on with after a pause. @returns false when another owner has taken it */
export async function postponeImport(
  client: Pool | PoolClient,
  run: LeasedImport,
  { delayMs, code, error }: Postponement,
): Promise<boolean> {
  const { rowCount } = await client.query(POSTPONE, [run.id, run.attempt, code, error, delayMs]);
  return rowCount === 1;
}
