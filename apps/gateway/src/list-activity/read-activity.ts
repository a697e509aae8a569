import type { Pool } from 'pg';

import type { Page } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import type { CohortActivityResponse } from './activity.response.js';

type Entry = Shape<CohortActivityResponse>;

interface ActivityRow {
  readonly user: Entry['user'];
  readonly activity: string;
  readonly cohort_id: number;
  readonly name: string;
  readonly changes: Entry['detail']['changes'];
  readonly created_at: Date;
}

const OF = 'a.project_id = $1 AND ($2::int IS NULL OR a.cohort_id = $2)';
const COUNT_ACTIVITY = `SELECT count(*)::int AS count FROM activity_log a WHERE ${OF}`;
const LIST_ACTIVITY = `
  SELECT a.activity, a.cohort_id, a.name, a.changes, a.created_at,
    CASE WHEN u.id IS NOT NULL THEN json_build_object('first_name', u.first_name, 'email', u.email) END AS user
  FROM activity_log a LEFT JOIN app_user u ON u.id = a.user_id WHERE ${OF} ORDER BY a.id DESC LIMIT $3 OFFSET $4`;

/** A page of what was done, newest first. @param cohortId null: to all cohorts of the project */
export async function readActivity(
  pool: Pool,
  projectId: number,
  cohortId: number | null,
  page: Page,
): Promise<{ count: number; results: Entry[] }> {
  const values = [projectId, cohortId];
  const [counted, listed] = await Promise.all([
    pool.query<{ count: number }>(COUNT_ACTIVITY, values),
    pool.query<ActivityRow>(LIST_ACTIVITY, [...values, page.limit, page.offset]),
  ]);
  return { count: counted.rows[0]?.count ?? 0, results: listed.rows.map(present) };
}

function present(row: ActivityRow): Entry {
  return {
    user: row.user,
    activity: row.activity,
    scope: 'Cohort',
    item_id: String(row.cohort_id),
    detail: { name: row.name, changes: row.changes, trigger: null, short_id: null, type: null },
    created_at: row.created_at.toISOString(),
  };
}
