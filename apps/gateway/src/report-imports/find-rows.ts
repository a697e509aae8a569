import type { Pool } from 'pg';

import type { Page } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import type { ImportedRowResponse } from './import.response.js';

export const ROW_STATUSES = ['unmatched', 'duplicate', 'invalid'] as const;
export type RowStatus = (typeof ROW_STATUSES)[number];

export type ImportedRow = Shape<ImportedRowResponse>;

const COUNT = 'SELECT count(*)::int AS count FROM csv_import_row WHERE import_id = $1 AND status = ANY($2::text[])';
const LIST = `
  SELECT line, value, status, reason FROM csv_import_row WHERE import_id = $1 AND status = ANY($2::text[])
  ORDER BY line, status LIMIT $3 OFFSET $4`;
const BEHIND = `
  SELECT line, value, status, reason FROM csv_import_row WHERE import_id = $1 AND status = $2 AND line > $3
  ORDER BY line LIMIT $4`;

/** The rows that an import names, in the order of the file. */
export async function listRows(
  pool: Pool,
  importId: string,
  statuses: readonly RowStatus[],
  page: Page,
): Promise<{ count: number; rows: ImportedRow[] }> {
  const [counted, listed] = await Promise.all([
    pool.query<{ count: number }>(COUNT, [importId, statuses]),
    pool.query<ImportedRow>(LIST, [importId, statuses, page.limit, page.offset]),
  ]);
  return { count: counted.rows[0]?.count ?? 0, rows: listed.rows };
}

const DOWNLOAD_ROWS = 2_000;

/** All rows of these statuses, status by status, a few thousand held at a time. */
export async function* allRows(
  pool: Pool,
  importId: string,
  statuses: readonly RowStatus[],
): AsyncGenerator<readonly ImportedRow[]> {
  for (const status of statuses) {
    let line = 0;
    for (;;) {
      const { rows } = await pool.query<ImportedRow>(BEHIND, [importId, status, line, DOWNLOAD_ROWS]);
      const last = rows.at(-1);
      if (last === undefined) {
        break;
      }
      yield rows;
      line = last.line;
    }
  }
}
