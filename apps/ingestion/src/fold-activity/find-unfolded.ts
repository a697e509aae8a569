import type { Database } from '#persistence';

import type { FoldGroup } from './fold-queue.js';

/** One sweep's share; the next sweep finds the rest. */
const MAX_GROUPS = 10_000;

const ACTIVITY = `
  SELECT 'activity' AS table, project_id AS "projectId", event, day::text AS day, chunk
  FROM activity GROUP BY project_id, event, day, chunk HAVING count(*) > 1 LIMIT ${MAX_GROUPS}`;
const PRESENCE = `
  SELECT 'person_presence' AS table, project_id AS "projectId", kind, chunk
  FROM person_presence GROUP BY project_id, kind, chunk HAVING count(*) > 1 LIMIT ${MAX_GROUPS}`;

/** Groups of several rows, whoever wrote them: what a killed replica remembered is not lost. Reads the whole index. */
export async function findUnfolded(database: Database): Promise<FoldGroup[]> {
  const activity = await database.pool.query<FoldGroup>(ACTIVITY);
  const presence = await database.pool.query<FoldGroup>(PRESENCE);
  return [...activity.rows, ...presence.rows];
}
