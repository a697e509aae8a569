import type { Pool } from 'pg';

import { NO_CRITERIA } from '../check-definition/read-criteria.js';
import type { Page } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import type { CohortCalculationResponse } from './calculation.response.js';

interface CalculationRow {
  readonly id: string;
  readonly filters: Record<string, unknown> | null;
  readonly count: number | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly error: string | null;
}

/** Runs that began; one that was overtaken before it computed anything is none. */
const BEGUN = "project_id = $1 AND cohort_id = $2 AND started_at IS NOT NULL AND state <> 'superseded'";
const COUNT_RUNS = `SELECT count(*)::int AS count FROM calculation WHERE ${BEGUN}`;
const LIST_RUNS = `
  SELECT id, filters, count, started_at, finished_at, error FROM calculation WHERE ${BEGUN}
  ORDER BY started_at DESC, id DESC LIMIT $3 OFFSET $4`;

/** A page of the runs of a cohort, newest first, and how many there are. */
export async function readCalculations(
  pool: Pool,
  ids: { readonly projectId: number; readonly cohortId: number },
  page: Page,
): Promise<{ count: number; results: Shape<CohortCalculationResponse>[] }> {
  const values = [ids.projectId, ids.cohortId];
  const [counted, listed] = await Promise.all([
    pool.query<{ count: number }>(COUNT_RUNS, values),
    pool.query<CalculationRow>(LIST_RUNS, [...values, page.limit, page.offset]),
  ]);
  return { count: counted.rows[0]?.count ?? 0, results: listed.rows.map(present) };
}

function present(row: CalculationRow): Shape<CohortCalculationResponse> {
  const { started_at: started, finished_at: finished } = row;
  return {
    id: row.id,
    filters: row.filters ?? NO_CRITERIA,
    count: row.count,
    started_at: started?.toISOString() ?? null,
    finished_at: finished?.toISOString() ?? null,
    queries: [],
    error: row.error,
    duration_seconds: started === null || finished === null ? null : (finished.getTime() - started.getTime()) / 1000,
    is_completed: finished !== null,
    is_successful: finished !== null && row.error === null,
    total_query_ms: null,
    total_memory_mb: null,
    total_read_rows: null,
    total_written_rows: null,
    main_query: null,
    main_query_id: null,
  };
}
