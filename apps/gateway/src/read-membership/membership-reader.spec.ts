import fc from 'fast-check';

import { BitmapScope, serializeBitmap } from '#cohort-core';
import { Metrics } from '#observability';
import { Database, type Transaction } from '#persistence';
import { createTestProject, eventually, useDatabase } from '#testing';

import { changeList, createLists, type ListEdit } from '../testing/static-lists.js';
import { MembershipReader } from './membership-reader.js';

const ordinal = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(65_535, 65_536, 131_071, 200_000));
const edit = fc.record({
  cohort: fc.nat(3),
  add: fc.uniqueArray(ordinal),
  remove: fc.uniqueArray(ordinal),
  asked: fc.uniqueArray(ordinal, { minLength: 1 }),
});

describe('the cohorts of a person', () => {
  const test = useDatabase();
  let projectId: number;
  let metrics: Metrics;
  let reader: MembershipReader;

  beforeEach(async () => {
    projectId = (await createTestProject(test.database)).id;
    metrics = new Metrics();
    reader = new MembershipReader(test.database, { membershipCacheMb: 1 }, metrics);
  });
  afterEach(() => {
    reader.onApplicationShutdown();
  });

  const createCohorts = (count: number) => createLists(test.database, projectId, count);
  const changeIn = (transaction: Transaction, cohortId: number, edit: ListEdit) =>
    changeList(transaction, { projectId, cohortId }, edit);
  const change = (cohortId: number, edit: ListEdit) =>
    test.database.transaction((transaction) => changeIn(transaction, cohortId, edit));
  const chunksRead = async () => {
    const lines = (await metrics.registry.metrics()).split('\n');
    return Number(lines.find((line) => line.startsWith('muster_gateway_membership_chunks_read_total'))?.split(' ')[1]);
  };

  it.each([1, 0.001])(
    'are those whose chunks hold her, whatever was read before (%p MB of memory)',
    async (megabytes) => {
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (history) => {
          projectId = (await createTestProject(test.database)).id;
          const one = new MembershipReader(test.database, { membershipCacheMb: megabytes }, new Metrics());
          const ids = await createCohorts(4);
          const expected = ids.map(() => new Set<number>());
          for (const { cohort, add, remove, asked } of history) {
            await change(ids[cohort]!, { add, remove });
            add.forEach((who) => expected[cohort]!.add(who));
            remove.forEach((who) => expected[cohort]!.delete(who));
            const found = await one.cohortsOf(projectId, asked);
            const right = asked.map((who) => [who, ids.filter((_, index) => expected[index]!.has(who))]);
            expect([...found].sort(([a], [b]) => a - b)).toEqual(right.sort(([a], [b]) => Number(a) - Number(b)));
          }
          one.onApplicationShutdown();
        }),
        { numRuns: 15 },
      );
    },
  );

  it('are the same for many askers at once, while blocks make room for each other', async () => {
    const small = new MembershipReader(test.database, { membershipCacheMb: 0.0001 }, new Metrics());
    const [id] = await createCohorts(1);
    const blocks = [0, 1, 2, 3, 4].map((block) => block * 65_536);
    await change(id!, { add: blocks });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, turn) =>
        small.cohortsOf(projectId, [blocks[turn % 5]!, blocks[(turn * 3) % 5]!]),
      ),
    );
    for (const answer of answers) {
      expect([...answer.values()]).toEqual([...answer.keys()].map(() => [id]));
    }
    small.onApplicationShutdown();
  });

  it('are read from memory until they change, and then only what has changed', async () => {
    const ids = await createCohorts(5);
    for (const id of ids) {
      await change(id, { add: [1, 2] });
    }
    await reader.cohortsOf(projectId, [1]);
    await Promise.all(Array.from({ length: 20 }, (_, who) => reader.cohortsOf(projectId, [who])));
    expect(await chunksRead()).toBe(5);
    await change(ids[3]!, { remove: [1] });
    expect((await reader.cohortsOf(projectId, [1])).get(1)).toEqual(ids.filter((id) => id !== ids[3]));
    expect(await chunksRead()).toBe(6);
  });

  it('are right where members differ from the stored bitmap', async () => {
    const [id] = await createCohorts(1);
    await change(id!, { add: [1, 2, 3] });
    await reader.cohortsOf(projectId, [1]);
    using scope = new BitmapScope();
    await test.database.pool.query(
      `WITH moved AS (UPDATE membership_epoch SET epoch = epoch + 1 WHERE project_id = $1 RETURNING epoch)
       UPDATE cohort_chunk SET flipped = $2, epoch = moved.epoch FROM moved WHERE project_id = $1`,
      [projectId, serializeBitmap(scope.of([2, 4]))],
    );
    const found = await reader.cohortsOf(projectId, [1, 2, 3, 4, 5]);
    expect([...found].filter(([, ids]) => ids.includes(id!)).map(([who]) => who)).toEqual([1, 3, 4]);
  });

  it('hold what was committed before the question, and nothing that was not', async () => {
    const [id] = await createCohorts(1);
    await change(id!, { add: [1] });
    await reader.cohortsOf(projectId, [1, 2]);
    await test.database.transaction(async (transaction) => {
      await changeIn(transaction, id!, { add: [2], remove: [1] });
      expect(await reader.cohortsOf(projectId, [1, 2])).toEqual(
        new Map([
          [1, [id]],
          [2, []],
        ]),
      );
    });
    expect(await reader.cohortsOf(projectId, [1, 2])).toEqual(
      new Map([
        [1, []],
        [2, [id]],
      ]),
    );
  });

  it('are read anew when a block makes room while its changes are being read', async () => {
    const ids = await createCohorts(2);
    await change(ids[0]!, { add: [1] });
    await change(ids[1]!, { add: [1] });
    await reader.cohortsOf(projectId, [1]);
    await change(ids[0]!, { remove: [1] });
    let asking: ReturnType<MembershipReader['cohortsOf']> | undefined;
    await test.database.transaction(async (transaction) => {
      await transaction.query('LOCK cohort_chunk IN ACCESS EXCLUSIVE MODE');
      asking = reader.cohortsOf(projectId, [1]);
      const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await eventually(async () => {
        expect((await test.database.pool.query(waiting)).rowCount).toBe(1);
      });
      reader.onApplicationShutdown();
    });
    expect((await asking)?.get(1)).toEqual([ids[1]]);
  });

  it('are found by a distinct id while its person is merged away: before or after, never in between', async () => {
    const [list, unrelated] = await createCohorts(2);
    const { pool } = test.database;
    await pool.query("INSERT INTO person_distinct_id VALUES ($1, 'loser', 1), ($1, 'survivor', 2)", [projectId]);
    await change(list!, { add: [1] });
    expect((await reader.cohortsOfDistinctIds(projectId, ['loser', 'nobody'])).get('loser')).toEqual({
      ordinal: 1,
      cohortIds: [list],
    });
    await change(unrelated!, { add: [5] });
    let asking: ReturnType<MembershipReader['cohortsOfDistinctIds']> | undefined;
    await test.database.transaction(async (merge) => {
      // The person is found, and the chunks that have changed are asked for.
      await merge.query('LOCK cohort_chunk IN ACCESS EXCLUSIVE MODE');
      asking = reader.cohortsOfDistinctIds(projectId, ['loser', 'nobody']);
      const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await eventually(async () => {
        expect((await pool.query(waiting)).rowCount).toBe(1);
      });
      await merge.query("UPDATE person_distinct_id SET ordinal = 2 WHERE project_id = $1 AND distinct_id = 'loser'", [
        projectId,
      ]);
      await changeIn(merge, list!, { add: [2], remove: [1] });
    });
    expect(await asking).toEqual(
      new Map([
        ['loser', { ordinal: 2, cohortIds: [list] }],
        ['nobody', { ordinal: null, cohortIds: [] }],
      ]),
    );
  });

  it('of another project are not hers', async () => {
    const [id] = await createCohorts(1);
    await change(id!, { add: [1] });
    const other = await createTestProject(test.database);
    expect((await reader.cohortsOf(other.id, [1])).get(1)).toEqual([]);
    expect((await reader.cohortsOf(projectId, [1])).get(1)).toEqual([id]);
  });

  it('are asked by statements that PostgreSQL plans once, not for every question', async () => {
    const database = await Database.connect({ url: test.url, poolSize: 1, applicationName: 'planned' });
    const planned = new MembershipReader(database, { membershipCacheMb: 1 }, metrics);
    // In empty tables every plan is as cheap as another.
    await database.pool.query(
      "INSERT INTO person_distinct_id SELECT $1, 'd' || n, n FROM generate_series(1, 20000) AS n",
      [projectId],
    );
    await database.pool.query(
      'INSERT INTO membership_epoch (project_id, block, epoch) SELECT $1, n, 1 FROM generate_series(0, 2000) AS n',
      [projectId],
    );
    await database.pool.query('ANALYZE person_distinct_id, membership_epoch');
    for (let who = 0; who < 12; who += 1) {
      await planned.cohortsOf(projectId, [who]);
      await planned.cohortsOfDistinctIds(projectId, [`d${who}`]);
    }
    // PostgreSQL tries some plans for the values at hand before it compares.
    const { rows } = await database.pool.query(
      `SELECT name, generic_plans > 0 AS "isKept" FROM pg_prepared_statements
       WHERE name IN ('membership-epochs', 'membership-persons') ORDER BY name`,
    );
    expect(rows).toEqual([
      { name: 'membership-epochs', isKept: true },
      { name: 'membership-persons', isKept: true },
    ]);
    await database.close();
  });

  it('that cannot be read are an error, never an empty answer; after a lost connection all is read anew', async () => {
    const database = await Database.connect({ url: test.url, poolSize: 1, applicationName: 'severed' });
    const severed = new MembershipReader(database, { membershipCacheMb: 1 }, metrics);
    const [id] = await createCohorts(1);
    await change(id!, { add: [1] });
    expect((await severed.cohortsOf(projectId, [1])).get(1)).toEqual([id]);
    await test.database.transaction(async (transaction) => {
      await transaction.query('LOCK membership_epoch IN ACCESS EXCLUSIVE MODE');
      const failing = expect(severed.cohortsOf(projectId, [1])).rejects.toThrow(/terminat/);
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'severed' AND wait_event_type = 'Lock'`;
      await eventually(async () => {
        expect((await test.database.pool.query(cut)).rowCount).toBe(1);
      });
      await failing;
    });
    expect((await severed.cohortsOf(projectId, [1])).get(1)).toEqual([id]);
    expect(await chunksRead()).toBe(2);
    severed.onApplicationShutdown();
    await database.close();
  });
});
