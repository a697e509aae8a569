import { bitmapOf, serializeBitmap, splitByBlock } from '#cohort-core';
import type { CapturedEvent } from '#contracts';
import { createProject, type Database } from '#persistence';

import { openIngester } from '../../apps/ingestion/src/testing/open-ingester.js';
import { received } from '../../apps/ingestion/src/testing/received.js';
import type { World } from './oracle/index.js';
import { translated } from './translate-filters.js';

/** A world inside the product: its project, and what the product calls its persons, cohorts and actions. */
export interface LoadedWorld {
  readonly projectId: number;
  readonly uuidOf: ReadonlyMap<number, string>;
  /** Filters with the world's ids of cohorts and actions exchanged for the product's. */
  readonly translate: (filters: object) => object;
}

/** Tells the world as events to the product's own ingestion, so that merges, activity and properties take the real way. */
export async function loadWorld(database: Database, world: World): Promise<LoadedWorld> {
  const { id: projectId } = await createProject(database.pool, { name: 'world', timezone: world.timezone });
  const { handler } = openIngester(database);
  const known = new Set(world.persons.flatMap(({ distinctIds }) => distinctIds));
  const told = world.events.map((event) => ({ ...eventOf(event), process_person: known.has(event.distinctId) }));
  const events = [...world.persons.flatMap(birthOf), ...told];
  const outcomes = await handler.handle(
    events.map((event) => received({ project_id: projectId, received_at: RECEIVED_AT, ...event })),
  );
  const refused = outcomes.find((outcome) => outcome.kind !== 'ok');
  if (refused !== undefined) {
    throw new Error(`ingestion refused an event of the world: ${JSON.stringify(refused)}`);
  }
  const ordinals = await ordinalsOf(database, projectId, world);
  const cohorts = await loadCohorts(database, projectId, world, ordinals);
  const actions = await loadActions(database, projectId, world);
  return {
    projectId,
    uuidOf: new Map([...ordinals].map(([uuid, ordinal]) => [ordinal, uuid])),
    translate: (filters) => translated(filters, { cohorts, actions }) as object,
  };
}

/** After every instant of every world: an event dated far past its receipt would be moved. */
const RECEIVED_AT = '2040-01-01T00:00:00Z';

type Told = Partial<CapturedEvent>;

/** Born at her instant with her properties; then her other distinct ids are merged into her. */
export function birthOf({ distinctIds, properties, createdAt }: World['persons'][number]): Told[] {
  const [first = '', ...others] = distinctIds;
  const born = { distinct_id: first, event: '$born', timestamp: createdAt, properties: { $set: properties } };
  const merges = others.map((alias) => ({
    distinct_id: first,
    event: '$merge_dangerously',
    timestamp: createdAt,
    properties: { alias },
  }));
  return [born, ...merges];
}

function eventOf({ distinctId, event, timestamp, properties }: World['events'][number]): Told {
  return { distinct_id: distinctId, event, timestamp, properties };
}

async function ordinalsOf(database: Database, projectId: number, world: World): Promise<Map<string, number>> {
  const result = await database.pool.query<{ distinct_id: string; ordinal: number }>(
    'SELECT distinct_id, ordinal FROM person_distinct_id WHERE project_id = $1',
    [projectId],
  );
  const byId = new Map(result.rows.map((row) => [row.distinct_id, row.ordinal]));
  return new Map(world.persons.map(({ uuid, distinctIds }) => [uuid, byId.get(distinctIds[0] ?? '') ?? -1]));
}

async function loadCohorts(
  database: Database,
  projectId: number,
  world: World,
  ordinals: ReadonlyMap<string, number>,
): Promise<Map<number, number>> {
  const ids = new Map<number, number>();
  for (const [id, uuids] of world.cohorts) {
    const created = await database.pool.query<{ id: number }>(
      'INSERT INTO cohort (project_id, name, is_static, version) VALUES ($1, $2, true, 1) RETURNING id',
      [projectId, `cohort ${id}`],
    );
    ids.set(id, created.rows[0]!.id);
    const members = bitmapOf([...uuids].flatMap((uuid) => ordinals.get(uuid) ?? []));
    for (const [chunk, bitmap] of splitByBlock(members)) {
      await database.pool.query(
        'INSERT INTO cohort_chunk (project_id, cohort_id, chunk, cardinality, revision, bitmap) VALUES ($1, $2, $3, $4, 1, $5)',
        [projectId, created.rows[0]!.id, chunk, bitmap.size, serializeBitmap(bitmap)],
      );
    }
  }
  return ids;
}

/** @returns the product's id of each action of the world */
export async function loadActions(
  database: Database,
  projectId: number,
  world: Pick<World, 'actions'>,
): Promise<Map<number, number>> {
  const ids = new Map<number, number>();
  for (const [id, { steps }] of world.actions) {
    const created = await database.pool.query<{ id: number }>(
      'INSERT INTO action (project_id, name, steps) VALUES ($1, $2, $3) RETURNING id',
      [projectId, `action ${id}`, JSON.stringify(steps)],
    );
    ids.set(id, created.rows[0]!.id);
  }
  return ids;
}
