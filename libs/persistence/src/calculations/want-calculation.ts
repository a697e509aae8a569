import type { PoolClient } from 'pg';

/**
 * Asks for the run of a version; asking twice is asking once. Versions that the cohort has already moved past are not asked for,
 * and those that still wait are not computed any more: a burst of edits costs one run. Of a static cohort only its criteria are
 * computed, once.
 */
export async function wantCalculation(
  client: PoolClient,
  wanted: { readonly projectId: number; readonly cohortId: number; readonly version: number },
): Promise<void> {
  const values = [wanted.projectId, wanted.cohortId, wanted.version];
  await client.query(
    `INSERT INTO calculation (project_id, cohort_id, version)
     SELECT project_id, id, $3 FROM cohort
     WHERE project_id = $1 AND id = $2
       AND CASE WHEN is_static THEN filters IS NOT NULL AND is_calculating ELSE coalesce(pending_version, 0) <= $3 END
     ON CONFLICT (project_id, cohort_id, version) DO NOTHING`,
    values,
  );
  await client.query(
    `UPDATE calculation SET state = 'superseded', finished_at = clock_timestamp()
     WHERE project_id = $1 AND cohort_id = $2 AND version < $3 AND state = 'wanted'`,
    values,
  );
}

/**
 * Asks for runs of the dynamic cohorts that refer to one whose members have just changed. Those that wait already, or are being
 * computed, see the change by themselves (a flip looks at what moved since its snapshot). The caller holds the live-set row
 * FOR UPDATE, so that the order of the cohort rows does not matter.
 * @returns how many
 */
export async function wantDependents(
  client: PoolClient,
  changed: { readonly projectId: number; readonly cohortId: number },
): Promise<number> {
  const result = await client.query(
    `WITH dependent AS (
       SELECT id FROM cohort
       WHERE project_id = $1 AND refers_to @> ARRAY[$2::int] AND id <> $2 AND NOT deleted AND NOT is_static
         AND NOT EXISTS (
           SELECT FROM calculation AS open
           WHERE open.project_id = $1 AND open.cohort_id = cohort.id AND open.state IN ('wanted', 'running')
         )
       ORDER BY id FOR UPDATE
     ), asked AS (
       UPDATE cohort SET pending_version = greatest(pending_version, version, 0) + 1, is_calculating = true
       FROM dependent WHERE cohort.id = dependent.id
       RETURNING cohort.project_id, cohort.id, cohort.pending_version
     )
     INSERT INTO calculation (project_id, cohort_id, version, is_scheduled) SELECT project_id, id, pending_version, true FROM asked`,
    [changed.projectId, changed.cohortId],
  );
  return result.rowCount ?? 0;
}
