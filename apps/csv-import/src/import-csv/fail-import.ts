import { cohortKey, type CsvFailure, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import {
  classifyDatabaseError,
  type Database,
  lockList,
  readClock,
  type Transaction,
  wantDependents,
} from '#persistence';

import type { CsvImportConfig } from '../config.js';
import { UnreadableError, WrongCohortError } from './errors.js';
import { type LeasedImport, postponeImport } from './lease-import.js';

/** PostHog's sentence, and ours for what it does not know. */
const MESSAGES: Readonly<Record<CsvFailure, string>> = {
  cohort_deleted: 'The cohort was deleted before its CSV file was imported.',
  not_static: 'The cohort is not static any more, so its CSV file was not imported.',
  unreadable:
    'An error occurred while processing your CSV file. Please try again or contact support if the problem persists.',
  unknown:
    'An error occurred while processing your CSV file. Please try again or contact support if the problem persists.',
};
const LONGEST_DELAY_MS = 60_000;
/** An import that has been begun so often kills its process, or is cut by something that does not pass. */
const HOPELESS_ATTEMPTS = 100;

function codeOf(error: unknown): CsvFailure {
  if (error instanceof WrongCohortError) {
    return error.code;
  }
  return error instanceof UnreadableError ? 'unreadable' : 'unknown';
}

function isLast(run: LeasedImport, error: unknown, maxAttempts: number): boolean {
  if (codeOf(error) !== 'unknown' || run.attempt >= HOPELESS_ATTEMPTS) {
    return true;
  }
  // A connection that was cut is nobody's fault: tried for as long as it takes.
  return classifyDatabaseError(error) !== 'transient' && run.attempt >= maxAttempts;
}

/** Tries again later from the last batch, or, after the last attempt, says on the cohort and in a message why it was given up. */
export async function failImport(
  database: Database,
  run: LeasedImport,
  error: unknown,
  config: Pick<CsvImportConfig, 'maxAttempts' | 'backoffMs'>,
): Promise<'postponed' | 'failed' | 'lost'> {
  const text = error instanceof Error ? error.message : String(error);
  if (isLast(run, error, config.maxAttempts)) {
    return database.transaction((transaction) => giveUp(transaction, run, codeOf(error), text));
  }
  const delayMs = Math.min(LONGEST_DELAY_MS, config.backoffMs * 2 ** Math.min(run.attempt - 1, 10));
  const ours = await postponeImport(database.pool, run, { delayMs, code: codeOf(error), error: text });
  return ours ? 'postponed' : 'lost';
}

const END = `
  UPDATE csv_import SET status = 'failed', phase = 'ended', finished_at = clock_timestamp(), leased_until = NULL, error_code = $3,
    error = $4, persons = NULL
  WHERE id = $1 AND attempt = $2 AND status = 'running' RETURNING rows, entered_count + left_count AS moved`;

const TELL_ON_COHORT = `
  UPDATE cohort SET errors_calculating = errors_calculating + 1, last_error_at = clock_timestamp(), last_error_message = $3,
    is_calculating = EXISTS (SELECT 1 FROM csv_import WHERE cohort_id = $2 AND status IN ('waiting', 'running'))
  WHERE project_id = $1 AND id = $2 AND is_static`;

async function giveUp(
  transaction: Transaction,
  run: LeasedImport,
  code: CsvFailure,
  text: string,
): Promise<'failed' | 'lost'> {
  await lockList(transaction, run);
  const { rows } = await transaction.query<{ rows: number; moved: number }>(END, [run.id, run.attempt, code, text]);
  const ended = rows[0];
  if (ended === undefined) {
    return 'lost';
  }
  if (ended.moved > 0) {
    // The batches before stay.
    await wantDependents(transaction, run);
  }
  await transaction.query('DELETE FROM upload WHERE id = $1', [run.uploadId]);
  await transaction.query(TELL_ON_COHORT, [run.projectId, run.cohortId, MESSAGES[code]]);
  const message = {
    schema_version: TOPICS.cohortCsvFailed.schemaVersion,
    project_id: run.projectId,
    cohort_id: run.cohortId,
    import_id: run.id,
    code,
    message: MESSAGES[code],
    attempt: run.attempt,
    rows: ended.rows,
    at: (await readClock(transaction, run.projectId)).toISOString(),
  };
  const key = cohortKey(run.projectId, run.cohortId);
  await appendToOutbox(transaction, [{ topic: TOPICS.cohortCsvFailed, key, projectId: run.projectId, message }]);
  return 'failed';
}
