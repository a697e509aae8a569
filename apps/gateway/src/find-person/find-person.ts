import type { Pool, PoolClient } from 'pg';

import { notFound } from '../http/api-error.js';
import { IS_ALIVE } from '../present-person/read-persons.js';
import { isUuid } from '../static-members/resolve-persons.js';

const FIND = `SELECT p.ordinal FROM person p WHERE p.project_id = $1 AND p.uuid = $2 AND ${IS_ALIVE}`;

/** The ordinal of the person of a path. @throws ApiError 404 when the project has no such person, or she is merged away or deleted */
export async function findPerson(client: Pool | PoolClient, projectId: number, uuid: string): Promise<number> {
  const { rows } = isUuid(uuid) ? await client.query<{ ordinal: number }>(FIND, [projectId, uuid]) : { rows: [] };
  if (rows[0] === undefined) {
    throw notFound();
  }
  return rows[0].ordinal;
}
