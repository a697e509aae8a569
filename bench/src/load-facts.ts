import { bitmapOf, serializeBitmap } from '#cohort-core';
import type { Database } from '#persistence';

/** Events of the last so many days. */
const DAYS = 180;
const NAMES = `(ARRAY['buy', 'renew', '$pageview', 'login', 'search', 'share'])[1 + (random() * 5.99)::int % 6]`;
/** Persons of one statement: keeps each below the size of memory. */
const SLICE = 200_000;

/** Fills the tables as ingestion would leave them, by statements instead of events: only reading is measured. */
export async function loadFacts(
  database: Database,
  projectId: number,
  size: { persons: number; events: number },
): Promise<void> {
  const { pool } = database;
  await pool.query('DROP INDEX event_by_time, event_by_person');
  for (let first = 0; first < size.persons; first += SLICE) {
    const last = Math.min(first + SLICE, size.persons) - 1;
    await insertPersons(database, projectId, first, last);
    await insertEvents(database, projectId, { first, last, each: Math.round(size.events / size.persons) });
  }
  await insertPresence(database, projectId, size.persons);
  await pool.query(`SET maintenance_work_mem = '512MB'`);
  await pool.query('CREATE INDEX event_by_time ON event (project_id, event, "timestamp") INCLUDE (ordinal)');
  await pool.query('CREATE INDEX event_by_person ON event (project_id, ordinal, event, "timestamp")');
  await insertActivity(database, projectId);
  await pool.query('VACUUM ANALYZE person, person_distinct_id, event, activity');
}

async function insertPersons({ pool }: Database, projectId: number, first: number, last: number): Promise<void> {
  await pool.query(
    `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
     SELECT $1, n, gen_random_uuid(), jsonb_build_object('plan', 'p' || n % 7, 'email', 'user' || n || '@example.com', 'seats', n % 500,
         'country', chr(65 + n % 26) || 'A', 'signed_up', to_char(now() - n % 700 * interval '1 day', 'YYYY-MM-DD')),
       now() - (n % 700) * interval '1 day' FROM generate_series($2::int, $3::int) AS n`,
    [projectId, first, last],
  );
  await pool.query(
    "INSERT INTO person_distinct_id (project_id, distinct_id, ordinal) SELECT $1, 'd' || n, n FROM generate_series($2::int, $3::int) AS n",
    [projectId, first, last],
  );
}

interface Slice {
  readonly first: number;
  readonly last: number;
  readonly each: number;
}

async function insertEvents({ pool }: Database, projectId: number, { first, last, each }: Slice): Promise<void> {
  await pool.query(
    `INSERT INTO event (project_id, uuid, event, ordinal, distinct_id, "timestamp", properties)
     SELECT $1, gen_random_uuid(), ${NAMES}, n, 'd' || n, now() - random() * ${DAYS} * interval '1 day',
       jsonb_build_object('amount', (random() * 500)::int, '$browser', 'Firefox')
     FROM generate_series($2::int, $3::int) AS n, generate_series(1, $4::int) AS k`,
    [projectId, first, last, each],
  );
}

async function insertPresence({ pool }: Database, projectId: number, persons: number): Promise<void> {
  for (let block = 0; block << 16 < persons; block += 1) {
    const end = Math.min((block + 1) << 16, persons);
    const bitmap = bitmapOf(Array.from({ length: end - (block << 16) }, (_, index) => (block << 16) + index));
    await pool.query(
      "INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'born', $2, 1, $3)",
      [projectId, block, serializeBitmap(bitmap)],
    );
    bitmap.dispose();
  }
}

interface DayRow {
  event: string;
  day: string;
  chunk: number;
  ordinals: number[];
}

/** Day by day, so that no answer holds more than a day of events. */
async function insertActivity({ pool }: Database, projectId: number): Promise<void> {
  for (let daysAgo = 0; daysAgo <= DAYS; daysAgo += 1) {
    const result = await pool.query<DayRow>(
      `WITH day AS (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') - $2::int * interval '1 day' AS start)
       SELECT event, to_char(start, 'YYYY-MM-DD') AS day, ordinal >> 16 AS chunk, array_agg(DISTINCT ordinal) AS ordinals
       FROM event, day WHERE project_id = $1 AND "timestamp" >= start AT TIME ZONE 'UTC'
         AND "timestamp" < (start + interval '1 day') AT TIME ZONE 'UTC' AND event = ANY($3) GROUP BY 1, 2, 3`,
      [projectId, daysAgo, ['buy', 'renew', '$pageview', 'login', 'search', 'share']],
    );
    const bitmaps = result.rows.map(({ ordinals }) => {
      const bitmap = bitmapOf(ordinals);
      const bytes = serializeBitmap(bitmap);
      bitmap.dispose();
      return bytes;
    });
    await pool.query(
      `INSERT INTO activity (project_id, event, day, chunk, batch, bitmap)
       SELECT $1, event, day, chunk, 1, bitmap FROM unnest($2::text[], $3::date[], $4::int[], $5::bytea[]) AS row(event, day, chunk, bitmap)`,
      [
        projectId,
        result.rows.map(({ event }) => event),
        result.rows.map(({ day }) => day),
        result.rows.map(({ chunk }) => chunk),
        bitmaps,
      ],
    );
  }
}
