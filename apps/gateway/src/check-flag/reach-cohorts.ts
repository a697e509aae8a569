import type { Pool } from 'pg';

import type { Transaction } from '#persistence';

/** A cohort that another one leads to, or the other one itself. */
export interface ReachedCohort {
  readonly root: number;
  readonly id: number;
  readonly name: string;
  readonly deleted: boolean;
  /** It has a version that can be read. */
  readonly isFilled: boolean;
  readonly isTooLarge: boolean;
  /** A dynamic cohort with a condition on events of its own. */
  readonly isBehavioral: boolean;
}

/** All that cohorts lead to by the references of dynamic ones: a static cohort is a list, a deleted one has no members. */
const REACHED = `
  WITH RECURSIVE reached (root, id) AS (
    SELECT id, id FROM unnest($2::int[]) AS given (id)
    UNION
    SELECT reached.root, next.id
    FROM reached JOIN cohort c ON c.project_id = $1 AND c.id = reached.id AND NOT c.is_static AND NOT c.deleted,
      unnest(c.refers_to) AS next (id)
  )
  SELECT reached.root, c.id, c.name, c.deleted, c.version IS NOT NULL AS "isFilled", c.limit_exceeded AS "isTooLarge",
    NOT c.is_static AND jsonb_path_exists(c.filters, 'strict $.** ? (@.type == "behavioral")', '{}', true) IS TRUE AS "isBehavioral"
  FROM reached JOIN cohort c ON c.project_id = $1 AND c.id = reached.id
  WHERE reached.id = reached.root OR NOT c.deleted
  ORDER BY reached.root, c.id <> reached.root, c.id`;

/** @returns each given cohort that the project has, and those that it leads to; itself first */
export async function reachCohorts(
  client: Pool | Transaction,
  projectId: number,
  roots: readonly number[],
): Promise<readonly ReachedCohort[]> {
  return (await client.query<ReachedCohort>(REACHED, [projectId, roots])).rows;
}
