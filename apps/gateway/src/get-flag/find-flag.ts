import type { Pool, PoolClient } from 'pg';

import { notFound } from '../http/api-error.js';
import { type FlagRow, SELECT_FLAGS } from '../present-flag/flag-row.js';

const FIND_FLAG = `${SELECT_FLAGS} WHERE f.project_id = $1 AND f.id = $2`;

/** The flag, a soft-deleted one too. @throws ApiError 404 when the project has no such flag */
export async function findFlag(client: Pool | PoolClient, projectId: number, flagId: number): Promise<FlagRow> {
  const { rows } = await client.query<FlagRow>(FIND_FLAG, [projectId, flagId]);
  if (rows[0] === undefined) {
    throw notFound();
  }
  return rows[0];
}
