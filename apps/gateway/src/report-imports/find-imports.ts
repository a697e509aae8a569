import type { Pool } from 'pg';

import { notFound } from '../http/api-error.js';
import type { Page } from '../http/read-query.js';
import { type ImportRow, SELECT_IMPORTS } from './import-row.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export interface CohortOfProject {
  readonly projectId: number;
  readonly cohortId: number;
}

/** @throws ApiError 404 when the project has no such cohort, or the cohort no such import */
export async function findImport(pool: Pool, ids: CohortOfProject, importId: string): Promise<ImportRow> {
  if (!UUID.test(importId)) {
    throw notFound();
  }
  const { rows } = await pool.query<ImportRow>(
    `${SELECT_IMPORTS} WHERE project_id = $1 AND cohort_id = $2 AND id = $3`,
    [ids.projectId, ids.cohortId, importId],
  );
  if (rows[0] === undefined) {
    throw notFound();
  }
  return rows[0];
}

/** Imports of a cohort, the newest first. */
export async function listImports(
  pool: Pool,
  { projectId, cohortId }: CohortOfProject,
  page: Page,
): Promise<{ count: number; rows: ImportRow[] }> {
  const where = 'WHERE project_id = $1 AND cohort_id = $2';
  const [counted, listed] = await Promise.all([
    pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM csv_import ${where}`, [projectId, cohortId]),
    pool.query<ImportRow>(`${SELECT_IMPORTS} ${where} ORDER BY position DESC LIMIT $3 OFFSET $4`, [
      projectId,
      cohortId,
      page.limit,
      page.offset,
    ]),
  ]);
  return { count: counted.rows[0]?.count ?? 0, rows: listed.rows };
}
