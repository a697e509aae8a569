import type { CapturedEvent } from '#contracts';
import { createTestProject, eventually, useDatabase } from '#testing';

import { openIngester } from '../testing/open-ingester.js';
import { readAlive, readMisplacedEvents, readPersons } from '../testing/read-state.js';
import { received } from '../testing/received.js';

const test = useDatabase();

/** Two replicas, and a hand on the lock that every batch of the project takes last. */
async function openRace() {
  const { database } = test;
  const { id } = await createTestProject(database);
  const ingesters = [openIngester(database), openIngester(database)] as const;
  const send = (replica: 0 | 1, ...events: Partial<CapturedEvent>[]) =>
    ingesters[replica].handler.handle(events.map((event) => received({ project_id: id, ...event })));
  const whileHeld = (work: () => Promise<unknown>) =>
    database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1, 0)', [id]);
      return { done: await work() };
    });
  const restarts = async () => {
    const texts = await Promise.all(ingesters.map(({ metrics }) => metrics.registry.metrics()));
    return texts.join('\n').match(/^muster_ingestion_restarts_total\{.*/gm) ?? [];
  };
  return { id, send, whileHeld, restarts };
}

async function waiting(count: number): Promise<void> {
  await eventually(async () => {
    const result = await test.database.pool.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(result.rows[0]?.waiting).toBe(count);
  });
}

const seen = (distinctId: string, properties = {}) => ({ event: 'seen', distinct_id: distinctId, properties });
const merge = (into: string, other: string) => ({
  event: '$merge_dangerously',
  distinct_id: into,
  properties: { alias: other },
});

describe('batches in flight at the same time', () => {
  it('an event that arrives while its person is merged away counts for the survivor', async () => {
    const { id, send, whileHeld, restarts } = await openRace();
    await send(0, seen('survivor'), seen('loser'));
    const both: Promise<unknown>[] = [];
    await whileHeld(async () => {
      both.push(send(0, merge('survivor', 'loser')));
      await waiting(1);
      both.push(send(1, seen('loser')));
      await waiting(2);
    });
    await Promise.all(both);
    expect(await readMisplacedEvents(test.database, id)).toEqual([]);
    expect(await readAlive(test.database, id)).toHaveLength(1);
    expect(await restarts()).toEqual([]);
  });

  it('a merge takes along the events of a batch that was under way before it', async () => {
    const { id, send, whileHeld } = await openRace();
    await send(0, seen('survivor'), seen('loser'));
    const both: Promise<unknown>[] = [];
    await whileHeld(async () => {
      both.push(send(1, seen('loser')));
      await waiting(1);
      both.push(send(0, merge('survivor', 'loser')));
      await waiting(2);
    });
    await Promise.all(both);
    expect(await readMisplacedEvents(test.database, id)).toEqual([]);
    const owners = await test.database.pool.query('SELECT DISTINCT ordinal FROM event WHERE project_id = $1', [id]);
    expect(owners.rows).toEqual([{ ordinal: 0 }]);
  });

  it('two batches that set different properties of a person both count', async () => {
    const { id, send, whileHeld } = await openRace();
    await send(0, seen('p'));
    const both: Promise<unknown>[] = [];
    await whileHeld(async () => {
      both.push(send(0, seen('p', { $set: { a: 1 } })));
      await waiting(1);
      both.push(send(1, seen('p', { $set: { b: 2 } })));
      await waiting(2);
    });
    await Promise.all(both);
    expect((await readPersons(test.database, id))[0]?.properties).toEqual({ a: 1, b: 2 });
  });

  it('one person comes of an id that two batches see first at the same time', async () => {
    const { id, send, whileHeld, restarts } = await openRace();
    const both: Promise<unknown>[] = [];
    await whileHeld(async () => {
      both.push(send(0, seen('anon')));
      await waiting(1);
      both.push(send(1, { event: '$identify', distinct_id: 'known', properties: { $anon_distinct_id: 'anon' } }));
      await waiting(2);
    });
    await Promise.all(both);
    const alive = await readPersons(test.database, id);
    expect(alive.map(({ ids, identified }) => ({ ids, identified }))).toEqual([
      { ids: ['anon', 'known'], identified: true },
    ]);
    expect(await readMisplacedEvents(test.database, id)).toEqual([]);
    expect(await restarts()).toEqual([]);
  });

  it('the same event in two batches at the same time counts once', async () => {
    const { id, send, whileHeld } = await openRace();
    const event = { ...seen('p'), uuid: '0190a5d0-0000-7000-8000-000000000001' };
    const both: Promise<unknown>[] = [];
    await whileHeld(async () => {
      both.push(send(0, event));
      await waiting(1);
      both.push(send(1, { ...event, uuid: event.uuid.toUpperCase() }));
      await waiting(2);
    });
    await Promise.all(both);
    const events = await test.database.pool.query('SELECT uuid FROM event WHERE project_id = $1', [id]);
    expect(events.rows).toEqual([{ uuid: event.uuid }]);
  });
});
