import type { Pool } from 'pg';

import { type CohortRow, SELECT_COHORTS, selectCohorts } from '../present-cohort/cohort-row.js';
import type { CohortListQuery } from './read-list-query.js';

/** How a row was found by a search. */
export type SearchMatch = 'exact' | 'similar';

export interface ListedRow extends CohortRow {
  readonly search_match_type?: SearchMatch;
}

export interface FoundCohorts {
  readonly count: number;
  readonly rows: readonly ListedRow[];
}

/** Dynamic cohorts with a condition on events, and those that reach one by references; a list stops the way. */
const BEHAVIORAL = `
  WITH RECURSIVE behavioral (id) AS (
    SELECT id FROM cohort WHERE project_id = $1 AND NOT is_static AND NOT deleted
      AND ((condition_type ->> 'behavioral')::boolean OR (condition_type ->> 'lifecycle')::boolean)
    UNION
    SELECT c.id FROM behavioral JOIN cohort c
      ON c.project_id = $1 AND NOT c.is_static AND NOT c.deleted AND c.refers_to @> ARRAY[behavioral.id] AND c.refers_to <> '{}'
  ) SELECT id FROM behavioral`;

const LISTED = `
  c.project_id = $1 AND NOT c.deleted AND ($2::boolean IS NULL OR c.is_static = $2) AND ($3::int IS NULL OR c.created_by_id = $3)`;

/** The page is cut before anything is joined: PostgreSQL would work out the rows that OFFSET skips, too. */
const newest = (listed: string) => `
  ${selectCohorts(`(SELECT * FROM cohort c WHERE ${listed} ORDER BY c.created_at DESC, c.id DESC LIMIT $4 OFFSET $5)`)}
  ORDER BY c.created_at DESC, c.id DESC`;

/** Two tiers: names that contain the term, else names like it. `%` and `_` mean themselves. */
const found = (listed: string) => `
  WITH candidate AS (
    SELECT c.id, c.created_at, c.name ILIKE $7 AS is_exact, word_similarity($6, c.name) AS word, similarity(c.name, $6) AS whole
    FROM cohort c WHERE ${listed}
  ), tier AS (SELECT bool_or(is_exact) AS has_exact FROM candidate), hit AS (
    SELECT candidate.*, count(*) OVER ()::int AS total FROM candidate, tier
    WHERE CASE WHEN has_exact THEN is_exact ELSE word > 0.3 END
  ), page AS (SELECT * FROM hit ORDER BY word + whole DESC, created_at DESC, id DESC LIMIT $4 OFFSET $5)
  SELECT (SELECT total FROM hit LIMIT 1) AS total, page.id, is_exact FROM page ORDER BY word + whole DESC, created_at DESC, id DESC`;

interface Hit {
  readonly total: number;
  readonly id: number;
  readonly is_exact: boolean;
}

/** A page of the cohorts that are not deleted: newest first, or best match first. */
export async function findCohorts(pool: Pool, projectId: number, query: CohortListQuery): Promise<FoundCohorts> {
  const listed = query.hidesBehavioral ? `${LISTED} AND c.id NOT IN (${BEHAVIORAL})` : LISTED;
  const values = [projectId, query.isStatic ?? null, query.createdById ?? null];
  return query.search === undefined
    ? newestFirst(pool, listed, values, query)
    : bestMatchFirst(pool, listed, values, { ...query, search: query.search });
}

async function newestFirst(
  pool: Pool,
  listed: string,
  values: readonly unknown[],
  { page }: CohortListQuery,
): Promise<FoundCohorts> {
  const [counted, rows] = await Promise.all([
    count(pool, listed, values),
    pool.query<CohortRow>(newest(listed), [...values, page.limit, page.offset]),
  ]);
  return { count: counted, rows: rows.rows };
}

async function count(pool: Pool, listed: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM cohort c WHERE ${listed}`, [
    ...values,
  ]);
  return rows[0]?.count ?? 0;
}

async function bestMatchFirst(
  pool: Pool,
  listed: string,
  values: readonly unknown[],
  { page, search }: CohortListQuery & { readonly search: string },
): Promise<FoundCohorts> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const parameters = [...values, page.limit, page.offset, search, pattern];
  const { rows: hits } = await pool.query<Hit>(found(listed), parameters);
  const ids = hits.map(({ id }) => id);
  const { rows } = await pool.query<CohortRow>(
    `${SELECT_COHORTS} WHERE c.project_id = $1 AND c.id = ANY($2::int[]) ORDER BY array_position($2::int[], c.id)`,
    [values[0], ids],
  );
  const exact = new Set(hits.filter(({ is_exact }) => is_exact).map(({ id }) => id));
  const total = hits[0]?.total ?? (page.offset === 0 ? 0 : await countHits(pool, listed, parameters));
  return {
    count: total,
    rows: rows.map((row) => ({ ...row, search_match_type: exact.has(row.id) ? 'exact' : 'similar' })),
  };
}

/** A page beyond the last one holds no row that could tell how many there are. */
async function countHits(pool: Pool, listed: string, parameters: readonly unknown[]): Promise<number> {
  const firstPage = parameters.map((value, index) => (index === 4 ? 0 : value));
  const { rows } = await pool.query<Hit>(found(listed), firstPage);
  return rows[0]?.total ?? 0;
}
