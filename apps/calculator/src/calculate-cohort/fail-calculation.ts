import { DefinitionError } from '#cohort-core';
import { cohortKey, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import {
  finishCalculation,
  type LeasedCalculation,
  lockCohort,
  postponeCalculation,
  readClock,
  recordFailure,
  type Transaction,
} from '#persistence';

import type { CalculatorConfig } from '../config.js';
import { codeOf, type FailureCode, FAILURES, OwnerDied } from './failures.js';

const MAX_DOUBLINGS = 10;

/** Tries again later, or, after the last attempt, says on the cohort and in a message why there is no new version. */
export async function failCalculation(
  transaction: Transaction,
  run: LeasedCalculation,
  error: unknown,
  config: Pick<CalculatorConfig, 'maxAttempts' | 'backoffMs' | 'scheduleEveryMs'>,
): Promise<'postponed' | 'failed' | 'lost'> {
  const errorCode = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (!isLast(run, error, config.maxAttempts)) {
    const delayMs = config.backoffMs * 2 ** Math.min(run.attempt - 1, MAX_DOUBLINGS);
    const ours = await postponeCalculation(transaction, run, { delayMs, errorCode, error: text });
    return ours ? 'postponed' : 'lost';
  }
  await lockCohort(transaction, run, 'SHARE');
  if (!(await finishCalculation(transaction, run, { state: 'failed', errorCode, error: text }))) {
    return 'lost';
  }
  const retryAt = await recordFailure(transaction, run, FAILURES[errorCode]);
  await announceFailure(transaction, run, errorCode, config.scheduleEveryMs === 0 ? null : retryAt);
  return 'failed';
}

function isLast(run: LeasedCalculation, error: unknown, maxAttempts: number): boolean {
  if (error instanceof OwnerDied || error instanceof DefinitionError) {
    // Its definition will not be another at the next attempt; a process that died so often will die again.
    return true;
  }
  // A connection that was cut, a server that is full: nobody's fault, so such a run is tried for as long as it takes.
  const isPassing = ['interrupted', 'capacity'].includes(codeOf(error));
  return !isPassing && run.attempt >= maxAttempts;
}

async function announceFailure(
  transaction: Transaction,
  run: LeasedCalculation,
  code: FailureCode,
  retryAt: Date | null,
): Promise<void> {
  const at = await readClock(transaction, run.projectId);
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
        retry_at: retryAt?.toISOString() ?? null,
        at: at.toISOString(),
      },
    },
  ]);
}
