import { randomUUID } from 'node:crypto';

import type { CapturedEvent, PersonChanged } from '#contracts';
import { createTestProject, eventually, useDatabase } from '#testing';

import { openIngester } from '../testing/open-ingester.js';
import { readEveryone, readPersons } from '../testing/read-state.js';
import { received } from '../testing/received.js';

const test = useDatabase();

const seen = (distinctId: string, properties = {}) => ({ event: 'seen', distinct_id: distinctId, properties });
const merge = (into: string, other: string) => ({
  event: '$merge_dangerously',
  distinct_id: into,
  properties: { alias: other },
});
const deletion = (distinctId: string, uuid: string) => ({
  event: '$delete_person',
  distinct_id: distinctId,
  deletes_person: uuid,
});

async function openProject() {
  const { id } = await createTestProject(test.database);
  const ingesters = [openIngester(test.database), openIngester(test.database)] as const;
  const sendTo = (replica: 0 | 1, ...events: Partial<CapturedEvent>[]) =>
    ingesters[replica].handler.handle(events.map((event) => received({ project_id: id, ...event })));
  const send = (...events: Partial<CapturedEvent>[]) => sendTo(0, ...events);
  const uuidOf = async (distinctId: string) => {
    const persons = await readPersons(test.database, id);
    return persons.find(({ ids }) => ids.includes(distinctId))?.uuid ?? randomUUID();
  };
  const messages = async () => {
    const { rows } = await test.database.pool.query<{ payload: PersonChanged }>(
      'SELECT payload FROM outbox WHERE project_id = $1 ORDER BY position',
      [id],
    );
    return rows.map(({ payload }) => payload.persons);
  };
  const idsAndGone = async () => {
    const { rows } = await test.database.pool.query<{ ordinal: number; gone: string }>(
      `SELECT ordinal, CASE WHEN deleted_at IS NOT NULL THEN 'deleted' WHEN merged_into IS NOT NULL THEN 'merged' ELSE '' END AS gone
       FROM person WHERE project_id = $1 ORDER BY ordinal`,
      [id],
    );
    const persons = await readPersons(test.database, id);
    return rows.map(({ gone }, index) => [persons[index]!.ids.join(), gone]);
  };
  return { id, send, sendTo, uuidOf, messages, idsAndGone, metrics: ingesters[0].metrics };
}

async function waiting(count: number): Promise<void> {
  await eventually(async () => {
    const result = await test.database.pool.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(result.rows[0]?.waiting).toBe(count);
  });
}

describe('a person whom the API deletes', () => {
  it('leaves a tombstone, her events and the news, and is no event herself', async () => {
    const { id, send, uuidOf, messages, idsAndGone, metrics } = await openProject();
    await send(seen('a', { $set: { email: 'a@b.c' } }), seen('b'));
    await send({ event: '$identify', distinct_id: 'a', properties: { $anon_distinct_id: 'a2' } });
    const uuid = await uuidOf('a');
    expect(await send(deletion('a', uuid.toUpperCase()))).toEqual([{ kind: 'ok' }]);
    expect(await idsAndGone()).toEqual([
      ['', 'deleted'],
      ['b', ''],
    ]);
    expect((await readPersons(test.database, id))[0]).toMatchObject({ uuid, properties: {} });
    expect(await readEveryone(test.database, id)).toEqual([1]);
    expect((await messages()).at(-1)).toEqual([{ ordinal: 0, uuid, deleted: true, events: [], properties: [] }]);
    const events = await test.database.pool.query(
      'SELECT event, ordinal FROM event WHERE project_id = $1 AND ordinal = 0 ORDER BY event',
      [id],
    );
    expect(events.rows).toEqual([
      { event: '$identify', ordinal: 0 },
      { event: 'seen', ordinal: 0 },
    ]);
    const all = await test.database.pool.query('SELECT FROM event WHERE project_id = $1', [id]);
    expect(all.rowCount).toBe(3);
    expect(await metrics.registry.metrics()).toContain('muster_ingestion_deletions_total 1');
  });

  it('is followed by a new person when one of her ids is seen again, in the same batch too', async () => {
    const { send, uuidOf, idsAndGone } = await openProject();
    await send(seen('a'), seen('b'));
    await send(deletion('a', await uuidOf('a')));
    await send(seen('a'));
    await send(seen('b'), deletion('b', await uuidOf('b')), seen('b'));
    expect(await idsAndGone()).toEqual([
      ['', 'deleted'],
      ['', 'deleted'],
      ['a', ''],
      ['b', ''],
    ]);
  });

  it('is nobody else: her id may be somebody else by now, or nobody', async () => {
    const { send, uuidOf, idsAndGone } = await openProject();
    await send(seen('a'), seen('b'), seen('c'));
    const [a, b] = [await uuidOf('a'), await uuidOf('b')];
    await send(deletion('a', b), deletion('nobody', b), deletion('a', randomUUID()));
    await send(deletion('a', a), seen('a'), deletion('a', a));
    await send(merge('c', 'b'), deletion('b', b));
    expect(await idsAndGone()).toEqual([
      ['', 'deleted'],
      ['', 'merged'],
      ['b,c', ''],
      ['a', ''],
    ]);
  });

  it('takes along whom she took in before', async () => {
    const { id, send, uuidOf, idsAndGone } = await openProject();
    await send(seen('a'), seen('b'));
    await send({ event: '$create_alias', distinct_id: 'b', properties: { alias: 'b2' } });
    await send(merge('a', 'b'), deletion('b', await uuidOf('a')));
    expect(await idsAndGone()).toEqual([
      ['', 'deleted'],
      ['', 'merged'],
    ]);
    await send(seen('b2'));
    expect((await idsAndGone()).at(-1)).toEqual(['b2', '']);
    expect(await readEveryone(test.database, id)).toEqual([2]);
  });

  it('counts for nobody what another batch sends at the same time; a new person gets it', async () => {
    const { id, send, sendTo, uuidOf, idsAndGone } = await openProject();
    await send(seen('a'));
    const both: Promise<unknown>[] = [];
    const uuid = await uuidOf('a');
    await test.database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1, 0)', [id]);
      both.push(sendTo(0, deletion('a', uuid)));
      await waiting(1);
      both.push(sendTo(1, seen('a')));
      await waiting(2);
    });
    await Promise.all(both);
    expect(await idsAndGone()).toEqual([
      ['', 'deleted'],
      ['a', ''],
    ]);
  });

  it('keeps her ids when what the deletion rested on turns out to be wrong', async () => {
    const { id, send, sendTo, uuidOf, idsAndGone } = await openProject();
    await send(seen('a'), seen('filler'));
    const both: Promise<unknown>[] = [];
    const uuid = await uuidOf('a');
    await test.database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1, 0)', [id]);
      both.push(sendTo(0, seen('x')));
      await waiting(1);
      // As long as nobody knows x, she is deleted and x is a new person; but x is somebody, and takes her in before.
      both.push(sendTo(1, merge('x', 'a'), deletion('a', uuid), seen('x')));
      await waiting(2);
    });
    await Promise.all(both);
    expect(await idsAndGone()).toEqual([
      ['', 'merged'],
      ['filler', ''],
      ['a,x', ''],
    ]);
  });
});
