import { BitmapScope } from '#cohort-core';
import { cohortKey, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import {
  changeMembers,
  lockList,
  type MembersDifference,
  readClock,
  readMembers,
  type Transaction,
  wantDependents,
} from '#persistence';

import { LostLeaseError } from './errors.js';
import type { Account, LeasedImport } from './lease-import.js';
import { lockStaticCohort } from './lock-static-cohort.js';
import { type Settled, settleMerges } from './settle-merges.js';

interface Ended extends Account {
  persons: Buffer | null;
  persons_count: number;
  entered_count: number;
  left_count: number;
  duration_ms: number;
}

const END = `
  UPDATE csv_import SET status = 'done', phase = 'ended', finished_at = clock_timestamp(), leased_until = NULL,
    bytes_read = total_bytes,
    entered_count = entered_count + $3, left_count = left_count + $4, error_code = NULL, error = NULL, persons = NULL
  WHERE id = $1 AND attempt = $2 AND status = 'running'
  RETURNING rows, matched, unmatched, duplicates, invalid, persons_count, entered_count, left_count,
    EXTRACT(EPOCH FROM finished_at - started_at)::float8 * 1000 AS duration_ms`;

/** An import that changed nobody is still the cohort's first version. Later imports of the same cohort may be waiting. */
const UPDATE_COHORT = `
  UPDATE cohort SET version = coalesce(version, 1), pending_version = greatest(pending_version, version, 1), last_calculation = $3,
    last_import_total_count = $4, last_import_unmatched_count = $5, errors_calculating = 0, last_error_at = NULL,
    is_calculating = EXISTS (SELECT 1 FROM csv_import WHERE cohort_id = $2 AND status IN ('waiting', 'running'))
  WHERE project_id = $1 AND id = $2 RETURNING version, count`;

/** Closes the account: in mode `replace` everyone else leaves now, the report is final, and the file is let go, all in one commit. */
export async function finishImport(transaction: Transaction, run: LeasedImport): Promise<void> {
  using scope = new BitmapScope();
  const settled = await settleMerges(transaction, run);
  [settled.persons, settled.gone, settled.survivors].forEach((set) => scope.track(set));
  await lockStaticCohort(transaction, run, lockList);
  const at = await readClock(transaction, run.projectId);
  const changed = await lastChange(transaction, run, at, settled);
  const { rows } = await transaction.query<Ended>(END, [run.id, run.attempt, changed.enteredCount, changed.leftCount]);
  const ended = rows[0];
  if (ended === undefined) {
    throw new LostLeaseError();
  }
  await transaction.query('DELETE FROM upload WHERE id = $1', [run.uploadId]);
  const cohort = await transaction.query<{ version: number; count: number }>(UPDATE_COHORT, [
    run.projectId,
    run.cohortId,
    at,
    ended.matched + ended.unmatched,
    ended.unmatched,
  ]);
  if (ended.entered_count + ended.left_count > 0) {
    await wantDependents(transaction, run);
  }
  await announce(transaction, run, at, { ...ended, ...(cohort.rows[0] ?? { version: 1, count: 0 }) });
}

/** What the batches could not do: whoever was merged meanwhile is put right, and in mode `replace` everyone else leaves. */
async function lastChange(
  transaction: Transaction,
  run: LeasedImport,
  at: Date,
  { persons, gone, survivors }: Settled,
): Promise<MembersDifference> {
  if (run.mode === 'remove') {
    return await changeMembers(transaction, { ...run, remove: survivors, reason: 'import', at });
  }
  using scope = new BitmapScope();
  const remove = scope.copy(gone);
  if (run.mode === 'replace') {
    await forgetOtherLateIds(transaction, run);
    const members = await readMembers(transaction, run.projectId, run.cohortId);
    const others = scope.track(members?.bitmap ?? scope.of());
    others.andNotInPlace(persons);
    remove.orInPlace(others);
  }
  return await changeMembers(transaction, { ...run, add: survivors, remove, reason: 'import', at });
}

async function forgetOtherLateIds(transaction: Transaction, run: LeasedImport): Promise<void> {
  await transaction.query('DELETE FROM csv_late_id WHERE project_id = $1 AND cohort_id = $2 AND import_id <> $3', [
    run.projectId,
    run.cohortId,
    run.id,
  ]);
}

async function announce(
  transaction: Transaction,
  run: LeasedImport,
  at: Date,
  result: Ended & { version: number; count: number },
): Promise<void> {
  const message = {
    schema_version: TOPICS.cohortCsvImported.schemaVersion,
    project_id: run.projectId,
    cohort_id: run.cohortId,
    import_id: run.id,
    mode: run.mode,
    rows: result.rows,
    matched: result.matched,
    unmatched: result.unmatched,
    duplicates: result.duplicates,
    invalid: result.invalid,
    persons: result.persons_count,
    entered_count: result.entered_count,
    left_count: result.left_count,
    count: result.count,
    version: result.version,
    at: at.toISOString(),
    duration_ms: result.duration_ms,
  };
  const key = cohortKey(run.projectId, run.cohortId);
  await appendToOutbox(transaction, [{ topic: TOPICS.cohortCsvImported, key, projectId: run.projectId, message }]);
}
