import { bitmapOf, localDay, serializeBitmap } from '#cohort-core';
import type { Database } from '#persistence';

/** What is known of a person: an event is `[name, instant]` or `[name, instant, properties]`. */
export interface Told {
  readonly distinctIds?: readonly string[];
  readonly properties?: Record<string, unknown>;
  readonly createdAt?: string;
  readonly did?: readonly (readonly [string, string, Record<string, unknown>?])[];
  /** Merged away: a tombstone. */
  readonly isGone?: boolean;
}

export interface ToldPerson {
  readonly uuid: string;
  readonly ordinal: number;
}

/** Stores persons and events as ingestion does, by SQL: an app does not import another one. @returns the persons by name */
export async function tellWorld<Name extends string>(
  database: Database,
  project: { readonly id: number; readonly timezone?: string },
  persons: Readonly<Record<Name, Told>>,
): Promise<Record<Name, ToldPerson>> {
  const names = Object.keys(persons) as Name[];
  const told = names.map((name) => ({ ...BLANK, distinctIds: [name], ...persons[name] }));
  const { rows } = await database.pool.query<ToldPerson>(
    `WITH counter AS (
       UPDATE person_counter SET next_ordinal = next_ordinal + $2 WHERE project_id = $1 RETURNING next_ordinal - $2 AS first
     )
     INSERT INTO person (project_id, ordinal, uuid, properties, created_at, merged_into)
     SELECT $1, first + position - 1, gen_random_uuid(), one -> 'properties', (one ->> 'createdAt')::timestamptz,
       CASE WHEN one -> 'isGone' = 'true' THEN 0 END
     FROM counter, jsonb_array_elements($3::jsonb) WITH ORDINALITY AS list (one, position)
     RETURNING uuid, ordinal`,
    [project.id, names.length, JSON.stringify(told)],
  );
  const stored = rows.sort((a, b) => a.ordinal - b.ordinal);
  await storePresence(database, project.id, stored, told);
  for (const [index, one] of told.entries()) {
    await storeFacts(database, project, stored[index]?.ordinal ?? -1, one);
  }
  return Object.fromEntries(names.map((name, index) => [name, stored[index]])) as Record<Name, ToldPerson>;
}

const BLANK = { properties: {}, createdAt: '2020-01-01T00:00:00Z' };

async function storePresence(
  database: Database,
  projectId: number,
  stored: readonly ToldPerson[],
  told: readonly Told[],
): Promise<void> {
  const born = stored.map(({ ordinal }) => ordinal);
  const gone = born.filter((_, index) => told[index]?.isGone === true);
  for (const [kind, ordinals] of [['born', born] as const, ['gone', gone] as const]) {
    const bitmap = bitmapOf(ordinals);
    await database.pool.query(
      `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, $2, 0, nextval('ingestion_batch'), $3)`,
      [projectId, kind, serializeBitmap(bitmap)],
    );
    bitmap.dispose();
  }
}

async function storeFacts(
  { pool }: Database,
  { id, timezone = 'UTC' }: { readonly id: number; readonly timezone?: string },
  ordinal: number,
  { distinctIds, did = [] }: Told & { readonly distinctIds: readonly string[] },
): Promise<void> {
  await pool.query('INSERT INTO person_distinct_id SELECT $1, unnest($2::text[]), $3', [id, distinctIds, ordinal]);
  for (const [event, time, properties = {}] of did) {
    await pool.query(
      `INSERT INTO event (project_id, uuid, event, ordinal, distinct_id, "timestamp", properties)
       VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, $6)`,
      [id, event, ordinal, distinctIds[0], time, properties],
    );
    const bitmap = bitmapOf([ordinal]);
    await pool.query(
      `INSERT INTO activity (project_id, event, day, chunk, batch, bitmap) VALUES ($1, $2, $3, 0, nextval('ingestion_batch'), $4)`,
      [id, event, localDay(new Date(time), timezone), serializeBitmap(bitmap)],
    );
    bitmap.dispose();
  }
}
