import { randomBytes } from 'node:crypto';

import type { Pool, PoolClient } from 'pg';

/**
 * Makes a project; triggers give it its counters. This file imports nothing heavy: the command line runs it by the hundred.
 * @param options.timezone IANA name, default UTC; fixed once the project has events
 */
export async function createProject(
  client: Pool | PoolClient,
  options: { readonly name: string; readonly timezone?: string },
): Promise<{ id: number; token: string }> {
  const token = `phc_${randomBytes(32).toString('base64url')}`;
  const result = await client.query<{ id: number }>(
    'INSERT INTO project (name, timezone, token) VALUES ($1, $2, $3) RETURNING id',
    [options.name, options.timezone ?? 'UTC', token],
  );
  const row = result.rows[0];
  if (row === undefined) {
    throw new Error('INSERT INTO project returned no row');
  }
  return { id: row.id, token };
}
