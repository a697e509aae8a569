import { type Bitmap, BitmapScope, serializeBitmap } from '#cohort-core';
import { changeMembers, type MembersDifference, readClock, type Transaction } from '#persistence';

import { LostLeaseError } from './errors.js';
import { forgetLateIds, keepLateIds } from './keep-late-ids.js';
import type { Account, LeasedImport } from './lease-import.js';
import { lockStaticCohort } from './lock-static-cohort.js';
import { reportRows } from './report-rows.js';
import { findPersons } from './resolve-ids.js';
import { MAX_REPORTED_ROWS, type SortedRows, unmatchedRow } from './sort-rows.js';

export interface Batch {
  readonly sorted: SortedRows;
  readonly bytesRead: number;
}

/** What an import has done so far: the committed account, and whom its rows belong to. */
export interface Progress {
  readonly account: Account;
  readonly persons: Bitmap;
}

/** A batch of a hundred thousand ids is joined in memory. */
const WORK_MEMORY = '64MB';

const CHECKPOINT = `
  UPDATE csv_import SET bytes_read = $3, rows = $4, matched = $5, unmatched = $6, duplicates = $7, invalid = $8,
    entered_count = entered_count + $9, left_count = left_count + $10, persons = $11, persons_count = $12
  WHERE id = $1 AND attempt = $2 AND status = 'running'`;

/**
 * One batch: who its ids belong to, the members it changes, the rows it reports and the account of all rows so far, in one commit.
 * `persons` gets the persons of the batch. @throws LostLeaseError, WrongCohortError: then nothing is changed
 */
export async function commitBatch(
  transaction: Transaction,
  run: LeasedImport,
  { account, persons }: Progress,
  { sorted, bytesRead }: Batch,
): Promise<Account> {
  using scope = new BitmapScope();
  const { ids } = sorted;
  await transaction.query(`SET LOCAL work_mem = '${WORK_MEMORY}'`);
  const resolved = await findPersons(transaction, run.projectId, run.layout.kind, ids.toTextArray());
  const found = scope.track(resolved.persons);
  await lockStaticCohort(transaction, run);
  const at = await readClock(transaction, run.projectId);
  const change = run.mode === 'remove' ? { remove: found } : { add: found };
  const changed = await changeMembers(transaction, { ...run, ...change, reason: 'import', at });
  const nobody = resolved.unmatched.slice(0, MAX_REPORTED_ROWS).map((place) => unmatchedRow(ids.at(place)));
  await reportRows(transaction, run.id, account, [...sorted.reported, ...nobody]);
  await followLateIds(transaction, run, () => resolved.unmatched.map((place) => ids.at(place).value));
  const next = addUp(account, sorted, resolved.unmatched.length);
  persons.orInPlace(found);
  await checkpoint(transaction, run, bytesRead, { account: next, persons }, changed);
  return next;
}

async function checkpoint(
  transaction: Transaction,
  run: LeasedImport,
  bytesRead: number,
  { account, persons }: Progress,
  changed: MembersDifference,
): Promise<void> {
  const { rows, matched, unmatched, duplicates, invalid } = account;
  const { rowCount } = await transaction.query(CHECKPOINT, [
    run.id,
    run.attempt,
    bytesRead,
    rows,
    matched,
    unmatched,
    duplicates,
    invalid,
    changed.enteredCount,
    changed.leftCount,
    serializeBitmap(persons),
    persons.size,
  ]);
  if (rowCount !== 1) {
    throw new LostLeaseError();
  }
}

async function followLateIds(
  transaction: Transaction,
  run: LeasedImport,
  unmatched: () => readonly string[],
): Promise<void> {
  if (run.mode === 'remove') {
    await forgetLateIds(transaction, run, unmatched());
  } else if (run.keepUnmatched) {
    await keepLateIds(transaction, run, unmatched());
  }
}

function addUp(account: Account, { rows, ids, duplicates, invalid }: SortedRows, unmatched: number): Account {
  return {
    rows: account.rows + rows,
    matched: account.matched + ids.length - unmatched,
    unmatched: account.unmatched + unmatched,
    duplicates: account.duplicates + duplicates,
    invalid: account.invalid + invalid,
  };
}
