import type { Pool } from 'pg';

import type { CohortIds, Transaction } from '#persistence';

/** A flag that a cohort is used in. */
interface UsingFlag {
  readonly id: number;
  readonly key: string;
  readonly name: string;
}

export interface UsingFlags {
  readonly flags: readonly UsingFlag[];
  /** All of them, also those beyond the limit. */
  readonly total: number;
}

/**
 * The flags that name the cohort, or a dynamic cohort that leads to it. A static cohort in between is a list of its own, and a
 * deleted one leads nowhere.
 */
const USING = `
  WITH RECURSIVE user_of (id) AS (
    SELECT $2::int
    UNION
    SELECT c.id FROM user_of JOIN cohort c
      ON c.project_id = $1 AND c.refers_to @> ARRAY[user_of.id] AND c.refers_to <> '{}' AND NOT c.is_static AND NOT c.deleted
  )
  SELECT f.id, f.key, f.name, count(*) OVER ()::int AS total FROM feature_flag f
  WHERE f.project_id = $1 AND NOT f.deleted AND (f.active OR NOT $3) AND f.refers_to && (SELECT array_agg(id) FROM user_of)
  ORDER BY f.id LIMIT $4`;

/** Finds the flags, at most `limit` of them, that need a cohort: active ones, or all that are not deleted. */
export async function findFlagsUsing(
  client: Pool | Transaction,
  { projectId, cohortId }: CohortIds,
  { onlyActive, limit = null }: { readonly onlyActive: boolean; readonly limit?: number | null },
): Promise<UsingFlags> {
  const { rows } = await client.query<UsingFlag & { total: number }>(USING, [projectId, cohortId, onlyActive, limit]);
  return { flags: rows.map(({ id, key, name }) => ({ id, key, name })), total: rows[0]?.total ?? 0 };
}
