import type { IdKind } from '#csv';

import type { Shape } from '../http/shape.js';
import type { AccountResponse, ImportResponse, KindsResponse } from './import.response.js';
import type { ImportRow } from './import-row.js';

const NOTHING: Shape<AccountResponse> = { rows: 0, matched: 0, unmatched: 0, duplicates: 0, invalid: 0 };

/** A stored import in the shape of its report. */
export function presentImport(row: ImportRow): Shape<ImportResponse> {
  const { rows, matched, unmatched, duplicates, invalid } = row;
  const account = { rows, matched, unmatched, duplicates, invalid };
  const ofKind = (kind: IdKind) => (row.layout.kind === kind ? account : NOTHING);
  const kinds = {
    person_id: ofKind('person_id'),
    distinct_id: ofKind('distinct_id'),
    email: ofKind('email'),
  } satisfies Shape<KindsResponse>;
  const [totalBytes, bytesRead] = [Number(row.total_bytes), Number(row.bytes_read)];
  return {
    id: row.id,
    cohort_id: row.cohort_id,
    status: row.status,
    phase: row.phase,
    mode: row.mode,
    keep_unmatched: row.keep_unmatched,
    file_name: row.file_name,
    total_bytes: totalBytes,
    bytes_read: bytesRead,
    percent: Math.floor((1_000 * bytesRead) / totalBytes) / 10,
    ...account,
    kinds,
    persons: row.persons_count,
    entered_count: row.entered_count,
    left_count: row.left_count,
    late_count: row.late_count,
    attempt: row.attempt,
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    error_code: row.error_code,
  };
}
