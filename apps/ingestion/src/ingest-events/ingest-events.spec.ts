import type { CapturedEvent, PersonChanged } from '#contracts';
import { createTestProject, useDatabase } from '#testing';

import { openIngester } from '../testing/open-ingester.js';
import { readPersons } from '../testing/read-state.js';
import { received } from '../testing/received.js';

const test = useDatabase();

async function openProject() {
  const { id } = await createTestProject(test.database);
  const ingester = openIngester(test.database);
  const send = (...events: Partial<CapturedEvent>[]) =>
    ingester.handler.handle(
      events.map((event) => received({ project_id: id, distinct_id: 'p', event: 'seen', ...event })),
    );
  return { ...ingester, id, send };
}

async function messagesOf(projectId: number): Promise<PersonChanged[]> {
  const result = await test.database.pool.query<{ payload: PersonChanged }>(
    'SELECT payload FROM outbox WHERE project_id = $1 ORDER BY position',
    [projectId],
  );
  return result.rows.map(({ payload }) => payload);
}

describe('ingesting events', () => {
  it('answers each message on its own', async () => {
    const { id, send, metrics } = await openProject();
    const outcomes = await send(
      {},
      { distinct_id: 'null' },
      { project_id: 99_999_999 },
      { project_id: 9_999_999_999_999 },
      { event: 'bought' },
    );
    expect(outcomes).toEqual([
      { kind: 'ok' },
      { kind: 'drop', reason: 'distinct id is reserved' },
      { kind: 'dead-letter', reason: 'unknown project' },
      { kind: 'dead-letter', reason: 'unknown project' },
      { kind: 'ok' },
    ]);
    const events = await test.database.pool.query('SELECT event FROM event WHERE project_id = $1 ORDER BY 1', [id]);
    expect(events.rows).toEqual([{ event: 'bought' }, { event: 'seen' }]);
    const text = await metrics.registry.metrics();
    expect(text).toContain('muster_ingestion_events_total{outcome="counted"} 2');
    expect(text).toContain('muster_ingestion_refused_total{reason="distinct id is reserved"} 1');
  });

  it('a project is known as soon as it exists', async () => {
    const { handler } = await openProject();
    const { id } = await createTestProject(test.database);
    expect(await handler.handle([received({ project_id: id, distinct_id: 'p', event: 'seen' })])).toEqual([
      { kind: 'ok' },
    ]);
  });

  it('tells who was born, who was merged and what happened, and wakes the relay', async () => {
    const { id, send, wakes } = await openProject();
    await send({ distinct_id: 'a', event: 'before' }, { distinct_id: 'b' });
    await send({ event: '$merge_dangerously', distinct_id: 'b', properties: { alias: 'a', $set: { x: 1 } } });
    const [a, b] = await readPersons(test.database, id);
    const messages = await messagesOf(id);
    expect(messages.map(({ persons }) => persons)).toEqual([
      [
        { ordinal: 0, uuid: a?.uuid, born: true, events: ['before'], properties: [] },
        { ordinal: 1, uuid: b?.uuid, born: true, events: ['seen'], properties: [] },
      ],
      [
        { ordinal: 0, uuid: a?.uuid, merged_into: b?.uuid, events: [], properties: [] },
        { ordinal: 1, uuid: b?.uuid, merged: true, events: ['$merge_dangerously', 'before'], properties: ['x'] },
      ],
    ]);
    expect(wakes()).toBe(2);
  });

  it('tells of a distinct id more, unless it is one that the person was born with', async () => {
    const { id, send } = await openProject();
    await send({ distinct_id: 'a' });
    await send({ event: '$identify', distinct_id: 'a', properties: { $anon_distinct_id: 'anon-1' } });
    await send({ event: '$identify', distinct_id: 'b', properties: { $anon_distinct_id: 'anon-2' } });
    const messages = await messagesOf(id);
    expect(messages.flatMap(({ persons }) => persons)).toMatchObject([
      { ordinal: 0, born: true, events: ['seen'] },
      { ordinal: 0, distinct_ids: true, events: ['$identify'] },
      { ordinal: 1, born: true, events: ['$identify'] },
    ]);
    const last = messages.at(-1)?.persons[0] as object;
    expect(last).not.toHaveProperty('distinct_ids');
    expect(last).not.toHaveProperty('merged');
  });

  it('events of persons nobody may know make no person and no news', async () => {
    const { id, send } = await openProject();
    await send({ process_person: false, properties: { $set: { x: 1 } } });
    expect(await readPersons(test.database, id)).toEqual([]);
    expect(await messagesOf(id)).toEqual([]);
  });

  it('stores texts with everything that COPY and arrays must escape', async () => {
    const { id, send } = await openProject();
    const strange = 'tab\t line\n return\r back\\slash "quote" {brace},NULL \\N';
    await send({
      event: strange,
      distinct_id: strange,
      properties: { [strange]: strange, $set: { [strange]: strange } },
    });
    const events = await test.database.pool.query(
      `SELECT event, distinct_id, properties ->> $2 AS value FROM event WHERE project_id = $1`,
      [id, strange],
    );
    expect(events.rows).toEqual([{ event: strange, distinct_id: strange, value: strange }]);
    const [person] = await readPersons(test.database, id);
    expect(person).toMatchObject({ ids: [strange], properties: { [strange]: strange } });
  });

  it('a row that would stay as it is is not written again', async () => {
    const { id, send } = await openProject();
    const version = async () => {
      const result = await test.database.pool.query('SELECT ctid FROM person WHERE project_id = $1', [id]);
      return result.rows[0] as unknown;
    };
    const same = { properties: { $set: { plan: 'free' }, $set_once: { plan: 'none' }, $unset: ['nothing'] } };
    await send(same);
    const before = await version();
    await send(same);
    expect(await version()).toEqual(before);
    await send({ properties: { $set: { plan: 'paid' } } });
    expect(await version()).not.toEqual(before);
  });

  it('names the transaction in which a person changed', async () => {
    const { id, send } = await openProject();
    const before = await test.database.pool.query<{ s: string }>('SELECT pg_current_snapshot() AS s');
    await send({});
    const unseen = await test.database.pool.query(
      'SELECT FROM person_change WHERE project_id = $1 AND NOT pg_visible_in_snapshot(xid, $2::pg_snapshot)',
      [id, before.rows[0]?.s],
    );
    expect(unseen.rowCount).toBe(1);
  });
});
