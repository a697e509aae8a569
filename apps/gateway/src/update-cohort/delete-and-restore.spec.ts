import { deserializeBitmap } from '#cohort-core';

import { useGateway } from '../testing/use-gateway.js';

const filtersOf = (...values: unknown[]) => ({ properties: { type: 'AND', values } });
const reference = (id: number) => ({ type: 'cohort', key: 'id', value: id });
const EMAIL = filtersOf({ type: 'person', key: 'email', operator: 'is_set' });

describe('deleting and restoring a cohort', () => {
  const test = useGateway();
  const patch = (id: number, body: unknown) => test.call('PATCH', `cohorts/${id}/`, body);
  const deltasOf = async (id: number) => {
    const { rows } = await test.database.database.pool.query<{
      version: number;
      reason: string;
      entered: Buffer;
      left_: Buffer;
    }>('SELECT version, reason, entered, left_ FROM membership_delta WHERE cohort_id = $1 ORDER BY id', [id]);
    return rows.map(({ version, reason, entered, left_ }) => ({
      ...{ version, reason },
      entered: deserializeBitmap(entered).toArray(),
      left: deserializeBitmap(left_).toArray(),
    }));
  };

  it('tells everybody’s leaving, hides it from the list only, and asks for no calculation', async () => {
    const uuids = await test.createPersons([{ email: 'a' }, { email: 'b' }], 100);
    const cohort = await test.create({ name: 'Doomed', filters: EMAIL });
    await test.calculate(cohort.id, [100, 101]);
    expect(await test.membersOf(cohort.id)).toEqual([...uuids].sort());
    await patch(cohort.id, { name: 'running' });
    const answer = await patch(cohort.id, { deleted: true, name: 'Gone' });
    expect(answer.status).toBe(200);
    const state = { deleted: true, name: 'Gone', count: 0, version: 3, pending_version: 3, is_calculating: false };
    expect(answer.body).toMatchObject({ ...state, is_live: false, filters: cohort['filters'] });
    expect((await test.call('GET', `cohorts/${cohort.id}/`)).body).toMatchObject(state);
    const list = await test.call('GET', 'cohorts/');
    expect((list.body['results'] as { id: number }[]).map(({ id }) => id)).not.toContain(cohort.id);
    expect(await test.membersOf(cohort.id)).toEqual([]);
    expect(await deltasOf(cohort.id)).toEqual([
      { version: 1, reason: 'calculation', entered: [100, 101], left: [] },
      { version: 3, reason: 'deletion', entered: [], left: [100, 101] },
    ]);
    const messages = await test.messagesOf(cohort.id);
    expect(messages.map(({ topic }) => topic)).toEqual(['cohort.created', 'cohort.updated', 'cohort.deleted']);
    expect(messages[2]!.payload).toEqual({
      schema_version: 1,
      project_id: test.project.id,
      cohort_id: cohort.id,
      deleted_at: expect.any(String) as string,
      by_id: (cohort['created_by'] as { id: number }).id,
    });
  });

  it('takes it out of the live set, and a frozen one is not frozen any more; an edit of its name keeps its type for the thaw', async () => {
    const { pool } = test.database.database;
    const number = async () => {
      const { rows } = await pool.query<{ number: string }>('SELECT number FROM live_set WHERE project_id = $1', [
        test.project.id,
      ]);
      return Number(rows[0]!.number);
    };
    const cohort = await test.create({ name: 'Too large', filters: EMAIL });
    await test.calculate(cohort.id, []);
    await pool.query('UPDATE cohort SET limit_exceeded = true, live_filters = filters WHERE id = $1', [cohort.id]);
    const frozen = { cohort_type: null, limit_exceeded: true, is_live: false };
    expect((await patch(cohort.id, { name: 'Still too large' })).body).toMatchObject(frozen);
    const before = await number();
    const gone = await patch(cohort.id, { deleted: true });
    expect(gone.body).toMatchObject({ cohort_type: 'realtime', limit_exceeded: false });
    expect(await number()).toBe(before + 1);
    const { rows } = await pool.query('SELECT live_filters FROM cohort WHERE id = $1', [cohort.id]);
    expect(rows).toEqual([{ live_filters: null }]);
  });

  it('done twice is done once; an edit of a deleted cohort calculates nothing', async () => {
    const cohort = await test.create({ name: 'Twice', filters: EMAIL });
    const first = await patch(cohort.id, { deleted: true });
    const again = await patch(cohort.id, { deleted: true });
    expect(again.body).toEqual(first.body);
    const renamed = await patch(cohort.id, { name: 'Renamed' });
    expect(renamed.body).toMatchObject({
      name: 'Renamed',
      is_calculating: false,
      pending_version: first.body['pending_version'],
    });
    const topics = (await test.messagesOf(cohort.id)).map(({ topic }) => topic);
    expect(topics).toEqual(['cohort.created', 'cohort.deleted', 'cohort.updated']);
  });

  it('restored, a dynamic cohort is calculated anew', async () => {
    const cohort = await test.create({ name: 'Back', filters: EMAIL });
    await test.calculate(cohort.id, [1, 2]);
    await patch(cohort.id, { deleted: true });
    const restored = await patch(cohort.id, { deleted: false });
    const state = { deleted: false, count: 0, version: 2, pending_version: 3, is_calculating: true, is_live: true };
    expect(restored.body).toMatchObject(state);
    const last = (await test.messagesOf(cohort.id)).at(-1);
    expect(last).toMatchObject({ topic: 'cohort.updated', payload: { changed: ['deleted'], pending_version: 3 } });
  });

  it('restored, a static cohort has its list again: merged persons as whom they became, without the dead', async () => {
    const uuids = await test.createPersons([{}, {}, {}, {}, {}], 200);
    const cohort = await test.create({ name: 'List', is_static: true, _create_static_person_ids: uuids.slice(0, 4) });
    await patch(cohort.id, { deleted: true });
    expect(await test.membersOf(cohort.id)).toEqual([]);
    const { pool } = test.database.database;
    const projectId = test.project.id;
    await pool.query('UPDATE person SET merged_into = 204 WHERE project_id = $1 AND ordinal = 201', [projectId]);
    await pool.query('UPDATE person SET deleted_at = now() WHERE project_id = $1 AND ordinal = 202', [projectId]);
    const restored = await patch(cohort.id, { deleted: false });
    expect(restored.body).toMatchObject({ count: 3, version: 3, is_calculating: false });
    expect(await test.membersOf(cohort.id)).toEqual([uuids[0], uuids[3], uuids[4]].sort());
    expect((await deltasOf(cohort.id)).at(-1)).toEqual({
      version: 3,
      reason: 'api',
      entered: [200, 203, 204],
      left: [],
    });
    const kept = await pool.query('SELECT 1 FROM deleted_member WHERE cohort_id = $1', [cohort.id]);
    expect(kept.rowCount).toBe(0);
  });

  it('restored, or made of a dynamic one, a list asks for calculations of the cohorts that refer to it', async () => {
    const [uuid] = await test.createPersons([{}], 300);
    const list = await test.create({ name: 'List', is_static: true, _create_static_person_ids: [uuid] });
    const dynamic = await test.create({ name: 'Dynamic', filters: EMAIL });
    await test.calculate(dynamic.id, [300]);
    await patch(list.id, { deleted: true });
    const filters = filtersOf(reference(list.id), reference(dynamic.id));
    const referrer = await test.create({ name: 'Referrer', filters });
    const { pool } = test.database.database;
    const versionAsked = async () => {
      const { body } = await test.call('GET', `cohorts/${referrer.id}/`);
      await test.calculate(referrer.id, []);
      await pool.query("UPDATE calculation SET state = 'done' WHERE cohort_id = $1", [referrer.id]);
      return body['pending_version'];
    };
    expect(await versionAsked()).toBe(1);
    await patch(list.id, { deleted: false });
    expect(await versionAsked()).toBe(2);
    await patch(dynamic.id, { is_static: true });
    expect(await versionAsked()).toBe(3);
  });

  it('is refused while other cohorts refer to it, static ones too, at any depth', async () => {
    const used = await test.create({ name: 'Used', filters: EMAIL });
    const sentence = (many: number, names: string) =>
      `This cohort is used as criteria in ${many} other cohort(s): ${names}. Please remove this cohort from those cohort definitions before deleting it.`;
    const nested = { properties: { type: 'OR', values: [{ type: 'AND', values: [reference(used.id)] }] } };
    const referrers = [await test.create({ name: 'R1', is_static: true, filters: nested })];
    const refusal = async () => {
      const { status, body } = await patch(used.id, { deleted: true });
      return [status, body];
    };
    const error = { type: 'validation_error', code: 'invalid', attr: null };
    expect(await refusal()).toEqual([400, { ...error, detail: sentence(1, 'R1') }]);
    for (const name of ['R2', 'R3', 'R4', 'R5', 'R6', 'R7']) {
      referrers.push(await test.create({ name, filters: filtersOf(reference(used.id)) }));
    }
    expect(await refusal()).toEqual([400, { ...error, detail: sentence(7, 'R1, R2, R3, R4, R5, and 2 more') }]);
    for (const { id } of referrers) {
      expect((await patch(id, { deleted: true })).status).toBe(200);
    }
    expect((await patch(used.id, { deleted: true })).status).toBe(200);
  });

  it('and a new reference to it cannot both happen', async () => {
    for (let round = 0; round < 5; round++) {
      const used = await test.create({ name: 'Used', filters: EMAIL });
      const other = await test.create({ name: 'Other', filters: EMAIL });
      const [deletion] = await Promise.all([
        patch(used.id, { deleted: true }),
        patch(other.id, { filters: filtersOf(reference(used.id)) }),
      ]);
      // A reference to a deleted cohort is let pass: what may not be is a delete that overlooked a reference made before it.
      const order = await test.database.database.pool.query<{ type: string }>(
        `SELECT type FROM outbox WHERE aggregateid IN ($1, $2) AND type <> 'cohort.created' ORDER BY position`,
        [`${test.project.id}:${used.id}`, `${test.project.id}:${other.id}`],
      );
      const wasFirst = order.rows[0]!.type === 'cohort.deleted';
      expect(deletion.status).toBe(wasFirst ? 200 : 400);
    }
  });

  it('is never done by DELETE', async () => {
    const cohort = await test.create({ name: 'Stays' });
    const answer = await test.call('DELETE', `cohorts/${cohort.id}/`);
    expect([answer.status, answer.text]).toEqual([405, '']);
    expect((await test.call('GET', `cohorts/${cohort.id}/`)).body).toMatchObject({ deleted: false });
  });
});
