import type { Transaction } from '#persistence';

import type { Account } from './lease-import.js';
import { MAX_REPORTED_ROWS, type ReportedRow } from './sort-rows.js';

const INSERT = `
  INSERT INTO csv_import_row (import_id, status, line, value, reason)
  SELECT $1, * FROM unnest($2::text[], $3::int[], $4::text[], $5::text[])`;

/** Stores rows of a batch for the report. @param before the account of the rows before it */
export async function reportRows(
  transaction: Transaction,
  importId: string,
  before: Account,
  rows: readonly ReportedRow[],
): Promise<void> {
  const room = { unmatched: before.unmatched, duplicate: before.duplicates, invalid: before.invalid };
  const stored = rows.filter(({ status }) => {
    room[status] += 1;
    return room[status] <= MAX_REPORTED_ROWS;
  });
  if (stored.length > 0) {
    await transaction.query(INSERT, [
      importId,
      stored.map(({ status }) => status),
      stored.map(({ line }) => line),
      stored.map(({ value }) => value),
      stored.map(({ reason }) => reason),
    ]);
  }
}
