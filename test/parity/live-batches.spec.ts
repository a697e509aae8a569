import fc from 'fast-check';

import { parseFilters } from '#cohort-core';
import type { CapturedEvent, PersonChanged } from '#contracts';
import { createProject } from '#persistence';
import { useDatabase } from '#testing';

import { openIngester } from '../../apps/ingestion/src/testing/open-ingester.js';
import { received } from '../../apps/ingestion/src/testing/received.js';
import { LiveFixture } from '../../apps/realtime/src/testing/live-fixture.js';
import { filtersArbitrary, type GeneratedWorld, worldArbitrary } from './arbitraries/index.js';
import { birthOf, loadActions } from './load-world.js';
import { translated } from './translate-filters.js';

const HISTORIES = Number(process.env['PARITY_BATCHES'] ?? 12);
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const COHORTS = 12;
const WITHIN_MS = 20 * 60_000;
/** Past every event, and away from the whole hours at which edges pass: the clock goes on while the test compares. */
const AFTER_FOCUS_MS = ((7 * 60 + 13) * 60 + 21) * 1_000 + 500;

interface Sketch {
  readonly world: GeneratedWorld;
  readonly filters: readonly object[];
  /** How many events the next batch takes, and what becomes of its message. */
  readonly batches: readonly { readonly size: number; readonly fate: 'on time' | 'late' | 'twice' }[];
}

const sketchArbitrary: fc.Arbitrary<Sketch> = worldArbitrary.chain((world) =>
  fc.record({
    world: fc.constant(world),
    filters: fc.array(filtersArbitrary(world), { minLength: COHORTS, maxLength: COHORTS }),
    batches: fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 12 }), fate: fc.constantFrom('on time', 'late', 'twice') }),
      { minLength: 8, maxLength: 16 },
    ),
  }),
);

describe('batch by batch, live members are those of a calculation', () => {
  const test = useDatabase();
  const fixture = new LiveFixture(test);

  /** References point to live cohorts made before. */
  async function createCohorts({ filters }: Sketch, actions: ReadonlyMap<number, number>) {
    const cohorts = new Map<number, object>();
    for (const one of filters) {
      const ids = [...cohorts.keys()];
      const known = new Map(
        [1, 2, 3].flatMap((n) => (ids[n * 2] === undefined ? [] : [[n, ids[n * 2] ?? 0] as const])),
      );
      const own = translated(one, { cohorts: known, actions }) as object;
      parseFilters(own);
      cohorts.set(await fixture.createLive(own), own);
    }
    return cohorts;
  }

  async function messagesAfter(position: string): Promise<{ position: string; payload: PersonChanged }[]> {
    const { rows } = await test.database.pool.query<{ position: string; payload: PersonChanged }>(
      `SELECT position, payload FROM outbox WHERE project_id = $1 AND aggregatetype = 'person.changed' AND position > $2 ORDER BY position`,
      [fixture.projectId, position],
    );
    return rows;
  }

  async function play(sketch: Sketch): Promise<void> {
    const { world, batches } = sketch;
    const { id } = await createProject(test.database.pool, { name: 'world', timezone: world.timezone });
    fixture.projectId = id;
    await fixture.query(
      'UPDATE project SET clock_offset = $2::timestamptz - clock_timestamp() WHERE id = $1',
      new Date(Date.parse(world.focus) + AFTER_FOCUS_MS),
    );
    const actions = await loadActions(test.database, id, world);
    const told = toldOf(world);
    const { handler } = openIngester(test.database);
    const { follow } = fixture.replica();
    const ingest = (events: readonly Partial<CapturedEvent>[]) =>
      handler.handle(events.map((event) => received({ project_id: id, received_at: RECEIVED_AT, ...event })));
    await ingest(told.splice(0, Math.floor(told.length / 3)));
    const cohorts = await createCohorts(sketch, actions);
    let position = (await messagesAfter('0')).at(-1)?.position ?? '0';
    const late: PersonChanged[] = [];
    for (const { size, fate } of [...batches, { size: told.length, fate: 'on time' as const }]) {
      await ingest(told.splice(0, size));
      const fresh = await messagesAfter(position);
      position = fresh.at(-1)?.position ?? position;
      const payloads = fresh.map(({ payload }) => payload);
      late.push(...(fate === 'on time' ? [] : payloads));
      if (fate !== 'late') {
        await follow(...payloads.flatMap(({ persons }) => persons));
      }
    }
    await follow(...late.reverse().flatMap(({ persons }) => persons));
    for (const [cohortId, filters] of cohorts) {
      const live = await fixture.members(cohortId);
      expect({ filters, live }).toEqual({ filters, live: await fixture.calculated(filters) });
    }
  }

  it(
    `on ${HISTORIES} generated histories of ${COHORTS} cohorts (seed ${SEED})`,
    async () => {
      for (const sketch of fc.sample(sketchArbitrary, { numRuns: HISTORIES, seed: SEED })) {
        await play(sketch);
      }
    },
    WITHIN_MS,
  );
});

const RECEIVED_AT = '2040-01-01T00:00:00Z';

/** Births first; persons are merged in the middle of what they do, so that both have a past. */
function toldOf(world: GeneratedWorld): Partial<CapturedEvent>[] {
  const births = world.persons.flatMap(birthOf);
  const merges = births.filter(({ event }) => event === '$merge_dangerously');
  const events = world.events.map(eventOf);
  const told = births.filter((one) => !merges.includes(one));
  for (let index = 0; index < Math.max(events.length, merges.length); index += 1) {
    told.push(...events.slice(index, index + 1), ...merges.slice(index, index + 1));
  }
  return told;
}

function eventOf({
  distinctId,
  event,
  timestamp,
  properties,
}: GeneratedWorld['events'][number]): Partial<CapturedEvent> {
  return { distinct_id: distinctId, event, timestamp, properties };
}
