import type { Pool, PoolClient } from 'pg';

/** A person as read for an answer. */
export interface PersonRow {
  readonly uuid: string;
  readonly properties: Record<string, unknown>;
  readonly created_at: Date;
  readonly is_identified: boolean;
  readonly distinct_ids: string[];
}

/** What is answered of the person called `p`: ten distinct ids are enough to recognise her. */
const PERSON_COLUMNS = `
  p.uuid, p.properties, p.created_at, p.is_identified,
  ARRAY(SELECT d.distinct_id FROM person_distinct_id d
        WHERE d.project_id = p.project_id AND d.ordinal = p.ordinal ORDER BY d.distinct_id LIMIT 10) AS distinct_ids`;

/** Neither merged into another person nor deleted. */
export const IS_ALIVE = 'p.merged_into IS NULL AND p.deleted_at IS NULL';

const NEWEST_FIRST = 'ORDER BY p.created_at DESC, p.ordinal DESC';

const PERSONS_OF_ORDINALS = `
  SELECT ${PERSON_COLUMNS} FROM person p
  WHERE p.project_id = $1 AND p.ordinal = ANY($2::int[]) ${NEWEST_FIRST}`;

const PAGE_OF_ALL = `
  SELECT p.ordinal FROM person p WHERE p.project_id = $1 AND ${IS_ALIVE} ${NEWEST_FIRST} LIMIT $2 OFFSET $3`;

const ORDINAL_OF_DISTINCT_ID = `
  SELECT p.ordinal FROM person_distinct_id d
  JOIN person p ON p.project_id = d.project_id AND p.ordinal = d.ordinal
  WHERE d.project_id = $1 AND d.distinct_id = $2 AND ${IS_ALIVE} LIMIT $3 OFFSET $4`;

/** Newest first, as PostHog orders persons. */
export async function readPersons(
  client: Pool | PoolClient,
  projectId: number,
  ordinals: readonly number[],
): Promise<PersonRow[]> {
  if (ordinals.length === 0) {
    return [];
  }
  const { rows } = await client.query<PersonRow>(PERSONS_OF_ORDINALS, [projectId, ordinals]);
  return rows;
}

export async function pageOfAll(
  client: Pool | PoolClient,
  projectId: number,
  page: { limit: number; offset: number },
): Promise<number[]> {
  return ordinals(client, PAGE_OF_ALL, [projectId, page.limit, page.offset]);
}

export async function ordinalOfDistinctId(
  client: Pool | PoolClient,
  projectId: number,
  distinctId: string,
  page: { limit: number; offset: number },
): Promise<number[]> {
  return ordinals(client, ORDINAL_OF_DISTINCT_ID, [projectId, distinctId, page.limit, page.offset]);
}

async function ordinals(client: Pool | PoolClient, sql: string, values: unknown[]): Promise<number[]> {
  const { rows } = await client.query<{ ordinal: number }>(sql, values);
  return rows.map(({ ordinal }) => ordinal);
}
