import { DefinitionError } from '#cohort-core';
import { cohortKey, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import {
  classifyDatabaseError,
  finishCalculation,
  isStatementTimeout,
  type LeasedCalculation,
  postponeCalculation,
  type Transaction,
} from '#persistence';

import type { CalculatorConfig } from '../config.js';

/** Codes and sentences are PostHog's: its clients show them. */
const FAILURES = {
  timeout: 'Cohort calculation was terminated for taking too long.',
  interrupted: 'Calculation was interrupted. It will automatically retry.',
  validation_error:
    'An error occurred while calculating this cohort. Please review your matching criteria or contact support.',
  unknown: 'An error occurred while calculating this cohort. Please review your matching criteria or contact support.',
} as const;

type FailureCode = keyof typeof FAILURES;

function codeOf(error: unknown): FailureCode {
  if (error instanceof DefinitionError) {
    return 'validation_error';
  }
  if (isStatementTimeout(error)) {
    return 'timeout';
  }
  return classifyDatabaseError(error) === 'transient' ? 'interrupted' : 'unknown';
}

/** Tries again later, or, after the last attempt, says on the cohort and in a message why there is no new version. */
export async function failCalculation(
  transaction: Transaction,
  run: LeasedCalculation,
  error: unknown,
  config: Pick<CalculatorConfig, 'maxAttempts' | 'backoffMs'>,
): Promise<'postponed' | 'failed' | 'lost'> {
  const errorCode = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  // A connection that was cut is nobody's fault: such a run is tried for as long as it takes.
  const isLast = errorCode !== 'interrupted' && run.attempt >= config.maxAttempts;
  const delayMs = config.backoffMs * 2 ** Math.min(run.attempt - 1, 10);
  if (!isLast) {
    const ours = await postponeCalculation(transaction, run, { delayMs, errorCode, error: text });
    return ours ? 'postponed' : 'lost';
  }
  await lockCohort(transaction, run);
  if (!(await finishCalculation(transaction, run, { state: 'failed', errorCode, error: text }))) {
    return 'lost';
  }
  await tellOnCohort(transaction, run, FAILURES[errorCode]);
  await announceFailure(transaction, run, errorCode);
  return 'failed';
}

async function lockCohort(transaction: Transaction, run: LeasedCalculation): Promise<void> {
  await transaction.query('SELECT id FROM cohort WHERE project_id = $1 AND id = $2 FOR UPDATE', [
    run.projectId,
    run.cohortId,
  ]);
}

async function tellOnCohort(transaction: Transaction, run: LeasedCalculation, message: string): Promise<void> {
  await transaction.query(
    `UPDATE cohort SET errors_calculating = errors_calculating + 1, last_error_at = clock_timestamp(), last_error_message = $4,
       is_calculating = coalesce(pending_version, 0) > $3
     WHERE project_id = $1 AND id = $2`,
    [run.projectId, run.cohortId, run.version, message],
  );
}

async function announceFailure(transaction: Transaction, run: LeasedCalculation, code: FailureCode): Promise<void> {
  const clock = await transaction.query<{ at: Date }>(
    'SELECT clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
    [run.projectId],
  );
  await appendToOutbox(transaction, [
    {
      topic: TOPICS.cohortCalculationFailed,
      key: cohortKey(run.projectId, run.cohortId),
      projectId: run.projectId,
      message: {
        schema_version: 1,
        project_id: run.projectId,
        cohort_id: run.cohortId,
        pending_version: run.version,
        code,
        message: FAILURES[code],
        attempt: run.attempt,
        retry_at: null,
        at: (clock.rows[0]?.at ?? new Date(0)).toISOString(),
      },
    },
  ]);
}
