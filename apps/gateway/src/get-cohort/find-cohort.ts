import type { Pool, PoolClient } from 'pg';

import { notFound } from '../http/api-error.js';
import { type CohortRow, SELECT_COHORTS } from '../present-cohort/cohort-row.js';

const FIND_COHORT = `${SELECT_COHORTS} WHERE c.project_id = $1 AND c.id = $2`;

/** The cohort, a soft-deleted one too. @throws ApiError 404 when the project has no such cohort */
export async function findCohort(client: Pool | PoolClient, projectId: number, cohortId: number): Promise<CohortRow> {
  const { rows } = await client.query<CohortRow>(FIND_COHORT, [projectId, cohortId]);
  if (rows[0] === undefined) {
    throw notFound();
  }
  return rows[0];
}
