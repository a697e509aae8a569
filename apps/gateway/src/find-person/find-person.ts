import type { Pool, PoolClient } from 'pg';

import { notFound } from '../http/api-error.js';
import { IS_ALIVE } from '../present-person/read-persons.js';
import { isUuid } from '../static-members/resolve-persons.js';

/** A living person of a path. */
export interface FoundPerson {
  readonly uuid: string;
  readonly ordinal: number;
  /** One of hers; null in the strange case that she has none. */
  readonly distinctId: string | null;
}

const FIND = `
  SELECT p.uuid, p.ordinal,
    (SELECT min(d.distinct_id) FROM person_distinct_id d WHERE d.project_id = p.project_id AND d.ordinal = p.ordinal) AS "distinctId"
  FROM person p WHERE p.project_id = $1 AND p.uuid = $2 AND ${IS_ALIVE}`;

/** @throws ApiError 404 when the project has no such person, or she is merged away or deleted */
export async function findPerson(client: Pool | PoolClient, projectId: number, uuid: string): Promise<FoundPerson> {
  const { rows } = isUuid(uuid) ? await client.query<FoundPerson>(FIND, [projectId, uuid]) : { rows: [] };
  if (rows[0] === undefined) {
    throw notFound();
  }
  return rows[0];
}
