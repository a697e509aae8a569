import type { Pool, PoolClient } from 'pg';

/** A run that this process may work on until its lease ends. `attempt` is the fence: a later owner has a higher one. */
export interface LeasedCalculation {
  readonly id: string;
  readonly projectId: number;
  readonly cohortId: number;
  readonly version: number;
  readonly attempt: number;
}

/** Asks for the run of a version; asking twice is asking once. */
export async function wantCalculation(
  client: PoolClient,
  wanted: { readonly projectId: number; readonly cohortId: number; readonly version: number },
): Promise<void> {
  await client.query(
    `INSERT INTO calculation (project_id, cohort_id, version) SELECT project_id, id, $3 FROM cohort WHERE project_id = $1 AND id = $2
     ON CONFLICT (project_id, cohort_id, version) DO NOTHING`,
    [wanted.projectId, wanted.cohortId, wanted.version],
  );
}

/** Takes the next due run, also one whose owner let its lease end. Replicas share by SKIP LOCKED. @returns undefined when nothing is due */
export async function leaseCalculation(
  client: Pool | PoolClient,
  leaseMs: number,
): Promise<LeasedCalculation | undefined> {
  const result = await client.query<LeasedCalculation>(
    `UPDATE calculation SET state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp()),
       leased_until = clock_timestamp() + $1 * interval '1 millisecond'
     WHERE id = (
       SELECT id FROM calculation
       WHERE state IN ('wanted', 'running') AND not_before <= clock_timestamp()
         AND (state = 'wanted' OR leased_until < clock_timestamp())
       ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED
     )
     RETURNING id, project_id AS "projectId", cohort_id AS "cohortId", version, attempt`,
    [leaseMs],
  );
  return result.rows[0];
}

/** Heartbeat. @returns whether the lease was still ours */
export async function extendLease(
  client: Pool | PoolClient,
  run: LeasedCalculation,
  leaseMs: number,
): Promise<boolean> {
  const result = await client.query(
    `UPDATE calculation SET leased_until = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE id = $1 AND attempt = $2 AND state = 'running'`,
    [run.id, run.attempt, leaseMs],
  );
  return result.rowCount === 1;
}

/** Milliseconds until the next run is due; undefined when none waits. */
export async function msUntilNextCalculation(client: Pool | PoolClient): Promise<number | undefined> {
  const result = await client.query<{ ms: number | null }>(
    `SELECT (EXTRACT(EPOCH FROM min(CASE state WHEN 'wanted' THEN not_before ELSE greatest(leased_until, not_before) END)
       - clock_timestamp()) * 1000)::float8 AS ms FROM calculation WHERE state IN ('wanted', 'running')`,
  );
  return result.rows[0]?.ms ?? undefined;
}

type FinishedState = 'done' | 'failed' | 'superseded';

export interface CalculationResult {
  readonly state: FinishedState;
  readonly count?: number;
  readonly filters?: object | null;
  readonly definitionNumber?: number;
  readonly errorCode?: string;
  readonly error?: string;
}

/** Ends the run if it is still ours; its row stays as history. @returns false when another owner has taken it */
export async function finishCalculation(
  client: PoolClient,
  run: LeasedCalculation,
  result: CalculationResult,
): Promise<boolean> {
  const updated = await client.query(
    `UPDATE calculation SET state = $3, finished_at = clock_timestamp(), leased_until = NULL, count = $4, filters = $5,
       definition_number = $6, error_code = $7, error = $8
     WHERE id = $1 AND attempt = $2 AND state = 'running'`,
    [
      run.id,
      run.attempt,
      result.state,
      result.count ?? null,
      result.filters == null ? null : JSON.stringify(result.filters),
      result.definitionNumber ?? null,
      result.errorCode ?? null,
      result.error ?? null,
    ],
  );
  return updated.rowCount === 1;
}

/** Gives the run back to be tried again after a pause. @returns false when another owner has taken it */
export async function postponeCalculation(
  client: PoolClient,
  run: LeasedCalculation,
  postponement: { readonly delayMs: number; readonly errorCode: string; readonly error: string },
): Promise<boolean> {
  const updated = await client.query(
    `UPDATE calculation SET state = 'wanted', leased_until = NULL, error_code = $4, error = $5,
       not_before = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE id = $1 AND attempt = $2 AND state = 'running'`,
    [run.id, run.attempt, postponement.delayMs, postponement.errorCode, postponement.error],
  );
  return updated.rowCount === 1;
}
