import { randomUUID } from 'node:crypto';

import { bitmapOf, serializeBitmap } from '#cohort-core';
import { createTestProject, eventually } from '#testing';

import { tellWorld } from '../testing/tell-world.js';
import { useGateway } from '../testing/use-gateway.js';

const filters = { properties: { type: 'AND', values: [{ type: 'person', key: 'email', operator: 'is_set' }] } };
const STRANGER = randomUUID();

describe('the members of a static cohort', () => {
  const test = useGateway();
  let uuids: string[];
  const uuid = (index: number) => uuids[index]!;

  beforeAll(async () => {
    uuids = await test.createPersons(Array.from({ length: 40 }, () => ({})));
    const { pool } = test.database.database;
    await pool.query('UPDATE person SET merged_into = 0 WHERE project_id = $1 AND ordinal = 39', [test.project.id]);
  });

  const createList = async (...ids: string[]) =>
    (await test.create({ name: 'List', is_static: true, _create_static_person_ids: ids })).id;
  const add = (id: number, body: unknown) => test.call('PATCH', `cohorts/${id}/add_persons_to_static_cohort/`, body);
  const remove = (id: number, body: unknown) =>
    test.call('PATCH', `cohorts/${id}/remove_person_from_static_cohort/`, body);
  const stateOf = async (id: number) => {
    const { body } = await test.call('GET', `cohorts/${id}/`);
    return {
      count: body['count'],
      version: body['version'],
      pending: body['pending_version'],
      calculating: body['is_calculating'],
    };
  };
  const activitiesOf = async (id: number) => {
    const { rows } = await test.database.database.pool.query<{ activity: string }>(
      'SELECT activity FROM activity_log WHERE cohort_id = $1 ORDER BY id',
      [id],
    );
    return rows.map(({ activity }) => activity);
  };

  it('grow by the known ones of a list; whoever is in stays in', async () => {
    const id = await createList(uuid(0));
    const answer = await add(id, { person_ids: [uuid(1).toUpperCase(), uuid(0), STRANGER, uuid(39), uuid(1)] });
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    expect(await test.membersOf(id)).toEqual([uuid(0), uuid(1)].sort());
    expect(await stateOf(id)).toEqual({ count: 2, version: 2, pending: 2, calculating: false });
    expect((await add(id, { person_ids: [uuid(1)] })).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ count: 2, version: 2 });
    expect(await activitiesOf(id)).toEqual(['created', 'persons_added_manually']);
  });

  it('ask for calculations of the cohorts that refer to them, when they change', async () => {
    const id = await createList(uuid(0));
    const reference = { type: 'cohort', key: 'id', value: id };
    const referring = await test.create({
      name: 'Not listed',
      filters: { properties: { type: 'AND', values: [reference] } },
    });
    const wanted = async () => (await stateOf(referring.id)).pending;
    await test.calculate(referring.id, [0]);
    await test.database.database.pool.query(`UPDATE calculation SET state = 'done' WHERE cohort_id = $1`, [
      referring.id,
    ]);
    await add(id, { person_ids: [uuid(0)] });
    expect(await wanted()).toBe(1);
    await add(id, { person_ids: [uuid(1)] });
    expect(await wanted()).toBe(2);
    await test.database.database.pool.query(`UPDATE calculation SET state = 'done' WHERE cohort_id = $1`, [
      referring.id,
    ]);
    await remove(id, { person_id: uuid(1) });
    expect(await wanted()).toBe(3);
  });

  it('shrink by one, and by nobody when she is no member', async () => {
    const id = await createList(uuid(0), uuid(1));
    for (let time = 1; time <= 2; time++) {
      const answer = await remove(id, { person_id: uuid(0) });
      expect([answer.status, answer.body]).toEqual([200, { success: true }]);
      expect(await stateOf(id)).toMatchObject({ count: 1, version: 2 });
    }
    expect(await test.membersOf(id)).toEqual([uuid(1)]);
    expect(await activitiesOf(id)).toEqual(['created', 'person_removed_manually']);
  });

  it('lose no change of another however adds and removes race', async () => {
    const id = await createList(...uuids.slice(0, 10));
    await Promise.all([
      ...uuids.slice(0, 10).map((person_id) => remove(id, { person_id })),
      ...uuids.slice(10, 20).map((one, index) => add(id, { person_ids: [one, uuid(20 + index)] })),
    ]);
    expect(await test.membersOf(id)).toEqual(uuids.slice(10, 30).sort());
    expect(await stateOf(id)).toMatchObject({ count: 20, version: 21 });
  });

  it('are refused to change in PostHog’s words and order: adding', async () => {
    const list = await createList();
    const dynamic = (await test.create({ name: 'd', filters })).id;
    const refusal = async (id: number, body: unknown) => {
      const { status, body: error } = await add(id, body);
      expect(error).toMatchObject({ type: 'validation_error', code: 'invalid', attr: null });
      return [status, error['detail']];
    };
    const many = Array.from({ length: 1001 }, () => 'no uuid');
    expect(await refusal(dynamic, { person_ids: 'x' })).toEqual([400, 'Can only add users to static cohorts']);
    for (const person_ids of [undefined, null, 'x', {}, 7]) {
      expect(await refusal(list, { person_ids })).toEqual([400, 'person_ids must be a list']);
    }
    expect(await refusal(list, { person_ids: [] })).toEqual([400, 'person_ids cannot be empty']);
    expect(await refusal(list, { person_ids: many })).toEqual([400, 'List size exceeds limit']);
    expect(await refusal(list, { person_ids: [uuid(0), 7] })).toEqual([400, 'person_ids must contain valid UUIDs']);
    for (const person_ids of [[STRANGER], [uuid(39)]]) {
      expect(await refusal(list, { person_ids })).toEqual([400, 'No valid users to add to cohort']);
    }
    expect(await stateOf(list)).toMatchObject({ count: 0, version: 1 });
    expect(
      (await add(list, { person_ids: [...uuids.slice(0, 3), ...many.slice(4).map(() => randomUUID())] })).status,
    ).toBe(200);
  });

  it('are refused to change in PostHog’s words and order: removing', async () => {
    const list = await createList(uuid(0));
    const dynamic = (await test.create({ name: 'd', filters })).id;
    const refusal = async (id: number, body: unknown) => {
      const { status, body: error } = await remove(id, body);
      return [status, error['detail'], error['attr'], error['code']];
    };
    const bad = (detail: string) => [400, detail, null, 'invalid'];
    expect(await refusal(dynamic, {})).toEqual(bad('Can only remove users from static cohorts'));
    for (const person_id of [undefined, null, '']) {
      expect(await refusal(list, { person_id })).toEqual(bad('person_id is required'));
    }
    expect(await refusal(list, { person_id: 7 })).toEqual(bad('person_id must be a string'));
    expect(await refusal(list, { person_id: 'x' })).toEqual(bad('person_id must be a valid UUID'));
    const unknown = "Person with this UUID does not exist in the cohort's team";
    for (const person_id of [STRANGER, uuid(39)]) {
      expect(await refusal(list, { person_id })).toEqual([404, unknown, null, 'not_found']);
    }
  });

  it('cannot change while the calculator fills the cohort, or after a delete', async () => {
    const { id } = await test.create({ name: 's', is_static: true, filters });
    const busy = await add(id, { person_ids: [uuid(0)] });
    expect([busy.status, busy.body['code']]).toEqual([409, 'population_in_progress']);
    expect((await remove(id, { person_id: uuid(0) })).status).toBe(409);
    await test.calculate(id, [0]);
    expect((await add(id, { person_ids: [uuid(1)] })).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ count: 2, version: 2 });
    await test.call('PATCH', `cohorts/${id}/`, { deleted: true });
    const gone = await add(id, { person_ids: [uuid(2)] });
    expect([gone.status, gone.body['detail']]).toEqual([400, 'This cohort is deleted. Restore it first.']);
  });

  it('belong to one project', async () => {
    const list = await createList(uuid(0));
    const other = await createTestProject(test.database.database);
    const url = `/api/projects/${other.id}/cohorts/`;
    const theirs = await test.callAs(other.apiKey, 'POST', url, { name: 'x', is_static: true });
    const change = (id: unknown, route: string, body: unknown) =>
      test.callAs(other.apiKey, 'PATCH', `${url}${String(id)}/${route}/`, body);
    for (const [route, body] of [
      ['add_persons_to_static_cohort', { person_ids: [uuid(0)] }],
      ['remove_person_from_static_cohort', { person_id: uuid(0) }],
    ] as const) {
      expect((await change(list, route, body)).body['detail']).toBe('Not found.');
      expect((await change(theirs.body['id'], route, body)).status).toBe(route.startsWith('add') ? 400 : 404);
    }
    expect(await stateOf(list)).toMatchObject({ count: 1 });
  });
});

describe('a static copy', () => {
  const test = useGateway();
  const duplicate = (id: number | string) => test.call('GET', `cohorts/${id}/duplicate_as_static_cohort/`);

  it('has the living members of that moment, of a dynamic and of a static cohort', async () => {
    const uuids = await test.createPersons([{}, {}, {}]);
    const { id } = await test.create({ name: 'Original', filters, description: 'd' });
    await test.calculate(id, [0, 1, 2]);
    await test.database.database.pool.query(
      `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap)
       SELECT project_id, 'gone', 0, 9, bitmap FROM cohort_chunk WHERE cohort_id = $1`,
      [(await test.create({ name: 'g', is_static: true, _create_static_person_ids: [uuids[2]] })).id],
    );
    const copy = await duplicate(id);
    expect(copy.status).toBe(200);
    expect(copy.body).toMatchObject({
      ...{ name: 'Original (static copy)', is_static: true, count: 2, version: 1, is_calculating: false },
      filters: { properties: {} },
    });
    const copyId = copy.body['id'] as number;
    expect(await test.membersOf(copyId)).toEqual(uuids.slice(0, 2).sort());
    expect((await test.messagesOf(copyId)).map(({ topic }) => topic)).toEqual(['cohort.created']);
    const again = await duplicate(copyId);
    expect(again.body).toMatchObject({ name: 'Original (static copy) (static copy)', count: 2 });
  });

  it('waits for a merge that is under way and could not see it', async () => {
    const { loser, other } = await tellWorld(test.database.database, test.project, { loser: {}, other: {} });
    const { id } = await test.create({ name: 'Raced', filters });
    await test.calculate(id, [loser.ordinal, other.ordinal]);
    let copying: Promise<{ body: Record<string, unknown> }> = Promise.resolve({ body: {} });
    await test.database.database.transaction(async (merge) => {
      // What ingestion holds while it merges.
      await merge.query('SELECT FROM live_set WHERE project_id = $1 FOR SHARE', [test.project.id]);
      copying = duplicate(id);
      await eventually(async () => {
        const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        expect((await test.database.database.pool.query(waiting)).rowCount).toBe(1);
      });
      const bury = `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'gone', 0, 77, $2)`;
      const gone = bitmapOf([loser.ordinal]);
      await merge.query(bury, [test.project.id, serializeBitmap(gone)]);
      gone.dispose();
    });
    expect(await test.membersOf((await copying).body['id'] as number)).toEqual([other.uuid]);
  });

  it('has a name that fits, and no original that is not there', async () => {
    const { id } = await test.create({ name: 'é'.repeat(400) });
    expect((await duplicate(id)).body['name']).toBe(`${'é'.repeat(386)} (static copy)`);
    expect((await duplicate(2_000_000)).status).toBe(404);
    expect((await duplicate(99_999_999_999)).status).toBe(404);
  });
});
