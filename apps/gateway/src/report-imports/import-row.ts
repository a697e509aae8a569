import type { CsvMode } from '#contracts';
import type { CsvLayout } from '#csv';

/** An import as read for an answer. */
export interface ImportRow {
  readonly id: string;
  readonly cohort_id: number;
  readonly status: string;
  readonly phase: string;
  readonly mode: CsvMode;
  readonly keep_unmatched: boolean;
  readonly file_name: string | null;
  readonly layout: CsvLayout;
  /** pg reads a bigint as text. */
  readonly total_bytes: string;
  readonly bytes_read: string;
  readonly rows: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly duplicates: number;
  readonly invalid: number;
  readonly persons_count: number;
  readonly entered_count: number;
  readonly left_count: number;
  readonly late_count: number;
  readonly attempt: number;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly error_code: string | null;
  readonly error: string | null;
}

export const SELECT_IMPORTS = `
  SELECT id, cohort_id, status, phase, mode, keep_unmatched, file_name, layout, total_bytes, bytes_read, rows, matched, unmatched,
    duplicates, invalid, persons_count, entered_count, left_count, late_count, attempt, created_at, started_at, finished_at,
    error_code, error
  FROM csv_import`;
