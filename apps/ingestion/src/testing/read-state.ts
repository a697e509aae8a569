import { BitmapScope, localDay } from '#cohort-core';
import type { Database } from '#persistence';

interface PersonRow {
  ordinal: number;
  uuid: string;
  properties: object;
  identified: boolean;
  created_at: Date;
  merged_into: number | null;
  ids: string[];
}

/** All persons ever stored, tombstones too. */
export async function readPersons(database: Database, projectId: number): Promise<PersonRow[]> {
  const result = await database.pool.query<PersonRow>(
    `SELECT p.ordinal, p.uuid, p.properties, p.is_identified AS identified, p.created_at, p.merged_into,
            ARRAY(SELECT d.distinct_id FROM person_distinct_id d
                  WHERE d.project_id = p.project_id AND d.ordinal = p.ordinal ORDER BY 1) AS ids
     FROM person p WHERE p.project_id = $1 ORDER BY p.ordinal`,
    [projectId],
  );
  return result.rows;
}

/** As `Model.state()`. */
export async function readState(database: Database, projectId: number): Promise<object[]> {
  const persons = await readPersons(database, projectId);
  return persons
    .filter((person) => person.merged_into === null)
    .map(({ ids, properties, identified, created_at }) => ({
      ids,
      properties,
      identified,
      createdAt: created_at.toISOString(),
    }))
    .sort((a, b) => ((a.ids[0] ?? '') < (b.ids[0] ?? '') ? -1 : 1));
}

/** As `Model.events()`. */
export async function readEvents(database: Database, projectId: number): Promise<object[]> {
  const result = await database.pool.query<{ uuid: string; event: string; owner: string | null }>(
    `SELECT e.uuid, e.event, (SELECT min(d.distinct_id) FROM person_distinct_id d
                              WHERE d.project_id = e.project_id AND d.ordinal = e.ordinal) AS owner
     FROM event e WHERE e.project_id = $1 ORDER BY e.uuid::text COLLATE "C"`,
    [projectId],
  );
  return result.rows;
}

/** Events that do not count for the person their distinct id belongs to now; must be none. */
export async function readMisplacedEvents(database: Database, projectId: number): Promise<object[]> {
  const result = await database.pool.query<object>(
    `SELECT e.uuid, e.distinct_id, e.ordinal, d.ordinal AS expected, p.merged_into
     FROM event e
     LEFT JOIN person_distinct_id d ON d.project_id = e.project_id AND d.distinct_id = e.distinct_id
     LEFT JOIN person p ON p.project_id = e.project_id AND p.ordinal = e.ordinal
     WHERE e.project_id = $1 AND e.ordinal IS NOT NULL
       AND (e.ordinal IS DISTINCT FROM d.ordinal OR p.ordinal IS NULL OR p.merged_into IS NOT NULL)`,
    [projectId],
  );
  return result.rows;
}

type Bits = Record<string, number[]>;

/** Activity of the living, from the bitmaps: `event day` -> ordinals. */
export async function readActivity(database: Database, projectId: number): Promise<Bits> {
  const rows = await database.pool.query<{ key: string; bitmap: Buffer }>(
    `SELECT event || ' ' || day AS key, bitmap FROM activity WHERE project_id = $1`,
    [projectId],
  );
  const alive = new Set(await readAlive(database, projectId));
  return union(rows.rows, (ordinal) => alive.has(ordinal));
}

/** The same, from the events. */
export async function recomputeActivity(database: Database, projectId: number, timezone: string): Promise<Bits> {
  const rows = await database.pool.query<{ event: string; timestamp: Date; ordinal: number }>(
    `SELECT event, "timestamp", ordinal FROM event WHERE project_id = $1 AND ordinal IS NOT NULL`,
    [projectId],
  );
  const days = new Map<string, Set<number>>();
  for (const { event, timestamp, ordinal } of rows.rows) {
    const key = `${event} ${localDay(timestamp, timezone)}`;
    days.set(key, (days.get(key) ?? new Set()).add(ordinal));
  }
  return Object.fromEntries([...days].map(([key, ordinals]) => [key, [...ordinals].sort((a, b) => a - b)]));
}

/** Ordinals of everyone, from the presence bitmaps. */
export async function readEveryone(database: Database, projectId: number): Promise<number[]> {
  const rows = await database.pool.query<{ key: string; bitmap: Buffer }>(
    'SELECT kind AS key, bitmap FROM person_presence WHERE project_id = $1',
    [projectId],
  );
  const { born = [], gone = [] } = union(rows.rows, () => true);
  return born.filter((ordinal) => !gone.includes(ordinal));
}

/** Ordinals of everyone, from the persons. */
export async function readAlive(database: Database, projectId: number): Promise<number[]> {
  const persons = await readPersons(database, projectId);
  return persons.filter((person) => person.merged_into === null).map(({ ordinal }) => ordinal);
}

function union(rows: readonly { key: string; bitmap: Buffer }[], keep: (ordinal: number) => boolean): Bits {
  using scope = new BitmapScope();
  const sets = new Map<string, Set<number>>();
  for (const { key, bitmap } of rows) {
    const set = sets.get(key) ?? new Set<number>();
    sets.set(key, set);
    for (const ordinal of scope.deserialize(bitmap)) {
      set.add(ordinal);
    }
  }
  const sorted = [...sets].map(([key, set]): [string, number[]] => [key, [...set].filter(keep).sort((a, b) => a - b)]);
  return Object.fromEntries(sorted.filter(([, ordinals]) => ordinals.length > 0));
}
