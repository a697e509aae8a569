import type { PoolClient } from 'pg';

import type { LeasedCalculation } from './leased-calculation.js';

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
       definition_number = $6, error_code = $7, error = $8, progress = CASE $3 WHEN 'done' THEN 100 ELSE progress END
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
    `UPDATE calculation SET state = 'wanted', phase = 'waiting', progress = 0, leased_until = NULL, error_code = $4, error = $5,
       not_before = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE id = $1 AND attempt = $2 AND state = 'running'`,
    [run.id, run.attempt, postponement.delayMs, postponement.errorCode, postponement.error],
  );
  return updated.rowCount === 1;
}
