import { deserializeBitmap } from '#cohort-core';

import { useGateway } from '../testing/use-gateway.js';

const filters = { properties: { type: 'AND', values: [{ type: 'person', key: 'email', operator: 'is_set' }] } };
const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('creating a static cohort', () => {
  const test = useGateway();
  let uuids: string[];

  beforeAll(async () => {
    uuids = await test.createPersons([{}, {}, {}, {}]);
    const { pool } = test.database.database;
    await pool.query('UPDATE person SET merged_into = 0 WHERE project_id = $1 AND ordinal = 3', [test.project.id]);
  });

  it('has its list at once: unknown, repeated and merged persons left out', async () => {
    const [a = '', b = '', , merged = ''] = uuids;
    const cohort = await test.create({
      name: 'VIP',
      is_static: true,
      _create_static_person_ids: [a, b.toUpperCase(), a, NOBODY, merged],
    });
    expect(cohort).toMatchObject({
      ...{ count: 2, version: 1, pending_version: 1, is_calculating: false, is_static: true, is_live: false },
      ...{ cohort_type: null, filters: { properties: {} }, calculation: null, errors_calculating: 0 },
      last_calculation: expect.any(String) as string,
    });
    expect(await test.membersOf(cohort.id)).toEqual([a, b].sort());
    const { rows } = await test.database.database.pool.query<{ entered: Buffer; reason: string; version: number }>(
      'SELECT entered, reason, version FROM membership_delta WHERE cohort_id = $1',
      [cohort.id],
    );
    expect(rows.map((row) => ({ ...row, entered: deserializeBitmap(row.entered).toArray() }))).toEqual([
      { version: 1, reason: 'api', entered: [0, 1] },
    ]);
    const [message] = await test.messagesOf(cohort.id);
    expect(message).toMatchObject({ topic: 'cohort.created', payload: { is_static: true, pending_version: 1 } });
  });

  it('is empty without any source, and takes filters without conditions as none', async () => {
    for (const body of [
      {},
      { filters: {} },
      { filters: { properties: {} } },
      { filters: null },
      { _create_static_person_ids: [] },
    ]) {
      const cohort = await test.create({ name: 'Empty', is_static: true, ...body });
      expect(cohort).toMatchObject({ count: 0, version: 1, is_calculating: false, filters: { properties: {} } });
    }
  });

  it('leaves criteria to one calculation, asked for without Kafka; a list goes before them', async () => {
    const cohort = await test.create({ name: 'Snapshot', is_static: true, filters });
    expect(cohort).toMatchObject({
      ...{ count: 0, version: null, pending_version: 1, is_calculating: true, cohort_type: null },
      condition_type: { person_properties: true },
      calculation: { phase: 'waiting', progress: 0 },
    });
    const wanted = await test.database.database.pool.query(
      'SELECT version, state FROM calculation WHERE cohort_id = $1',
      [cohort.id],
    );
    expect(wanted.rows).toEqual([{ version: 1, state: 'wanted' }]);
    const list = await test.create({ name: 'List', is_static: true, filters, _create_static_person_ids: [uuids[0]] });
    expect(list).toMatchObject({ count: 1, version: 1, is_calculating: false });
  });

  it('takes the type static and no other', async () => {
    expect(await test.create({ name: 'a', is_static: true, cohort_type: 'static' })).toMatchObject({
      cohort_type: 'static',
    });
    const other = await test.call('POST', 'cohorts/', { name: 'a', is_static: true, cohort_type: 'behavioral' });
    expect(other.body).toMatchObject({
      attr: 'cohort_type',
      detail: "Cohort type 'behavioral' does not match the filters. Expected type: 'static'",
    });
  });

  it('leaves no row behind when its members cannot be stored', async () => {
    const { pool } = test.database.database;
    const count = async () => (await pool.query('SELECT id FROM cohort')).rowCount;
    const before = await count();
    await pool.query('ALTER TABLE membership_delta ADD CONSTRAINT refuse CHECK (version <> 1) NOT VALID');
    try {
      const body = { name: 'x', is_static: true, _create_static_person_ids: uuids };
      expect((await test.call('POST', 'cohorts/', body)).status).toBe(500);
      expect(await count()).toBe(before);
    } finally {
      await pool.query('ALTER TABLE membership_delta DROP CONSTRAINT refuse');
    }
  });
});
