import type { PoolClient } from 'pg';

import { folded } from './find-ids.js';

/**
 * The emails of everyone, exact, and folded where that is another text, as they are when the import begins. Kept in the import's own
 * session: an index on a property would have to be paid for by every event that sets one, and a scan of all persons by every
 * batch. It has no index itself: a batch is joined in one pass, and a file has few of them.
 */
const CREATE = `
  CREATE TEMP TABLE csv_email AS
  SELECT ordinal, email, nullif(${folded('email')}, email) AS folded
  FROM (SELECT ordinal, properties ->> 'email' AS email FROM person
        WHERE project_id = $1 AND merged_into IS NULL AND deleted_at IS NULL) AS person
  WHERE email IS NOT NULL`;

export async function createEmailTable(client: PoolClient, projectId: number): Promise<void> {
  await dropEmailTable(client);
  await client.query(CREATE, [projectId]);
  await client.query('ANALYZE csv_email');
}

async function dropEmailTable(client: PoolClient): Promise<void> {
  await client.query('DROP TABLE IF EXISTS pg_temp.csv_email');
}
