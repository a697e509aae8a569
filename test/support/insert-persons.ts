import { bitmapOf, serializeBitmap } from '#cohort-core';
import type { Database } from '#persistence';

const PERSONS = `
  INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
  SELECT $1, n, gen_random_uuid(), jsonb_build_object('email', 'p' || n || '@example.com'), now() FROM generate_series($2::int, $3::int) AS n`;
const DISTINCT_IDS = `
  INSERT INTO person_distinct_id (project_id, distinct_id, ordinal) SELECT $1, 'p' || n, n FROM generate_series($2::int, $3::int) AS n`;

/** Persons p0, p1, ... with their ordinals, `p<n>@example.com` and a uuid, without the way through ingestion. @returns uuids by ordinal */
export async function insertPersons(
  database: Database,
  projectId: number,
  count: number,
  first = 0,
): Promise<string[]> {
  const last = first + count - 1;
  for (const sql of [PERSONS, DISTINCT_IDS]) {
    await database.pool.query(sql, [projectId, first, last]);
  }
  const ordinals = bitmapOf(Array.from({ length: count }, (_, index) => first + index));
  await database.pool.query(
    `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'born', 0, $3, $2)`,
    [projectId, serializeBitmap(ordinals), first],
  );
  ordinals.dispose();
  await database.pool.query('UPDATE person_counter SET next_ordinal = $2 WHERE project_id = $1', [projectId, last + 1]);
  const { rows } = await database.pool.query<{ uuid: string }>(
    'SELECT uuid FROM person WHERE project_id = $1 AND ordinal BETWEEN $2 AND $3 ORDER BY ordinal',
    [projectId, first, last],
  );
  return rows.map(({ uuid }) => uuid);
}
