import fc from 'fast-check';

import { bitmapOf, deserializeBitmap } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { changeMembers } from './change-members.js';
import { lockCohort, readClock } from './lock-cohort.js';
import { readMembers } from './read-members.js';

const ordinal = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(65_535, 65_536, 131_071, 200_000));
const edits = fc.array(fc.record({ add: fc.uniqueArray(ordinal), remove: fc.uniqueArray(ordinal) }), {
  minLength: 1,
  maxLength: 6,
});

describe('changeMembers', () => {
  const test = useDatabase();
  let projectId: number;

  beforeAll(async () => {
    projectId = (await createTestProject(test.database)).id;
  });

  async function createCohort(version: number | null = 1): Promise<number> {
    const result = await test.database.pool.query<{ id: number }>(
      "INSERT INTO cohort (project_id, name, is_static, version, pending_version) VALUES ($1, 'test', true, $2, $2) RETURNING id",
      [projectId, version],
    );
    return result.rows[0]!.id;
  }

  const change = (cohortId: number, edit: { add?: number[]; remove?: number[] }) =>
    test.database.transaction(async (transaction) => {
      await lockCohort(transaction, { projectId, cohortId }, 'SHARE');
      const at = await readClock(transaction, projectId);
      const bitmaps = { add: bitmapOf(edit.add ?? []), remove: bitmapOf(edit.remove ?? []) };
      return changeMembers(transaction, { projectId, cohortId, ...bitmaps, reason: 'api', at });
    });
  const membersOf = async (cohortId: number) => {
    const members = await readMembers(test.database.pool, projectId, cohortId);
    return { version: members?.version, count: members?.count, ordinals: members?.bitmap.toArray() };
  };

  it('is set algebra, tells exactly the difference, and counts the set', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (history) => {
        const cohortId = await createCohort();
        const expected = new Set<number>();
        for (const { add, remove } of history) {
          const before = new Set(expected);
          add.forEach((one) => expected.add(one));
          remove.forEach((one) => expected.delete(one));
          const result = await change(cohortId, { add, remove });
          const entered = [...expected].filter((one) => !before.has(one)).length;
          const left = [...before].filter((one) => !expected.has(one)).length;
          expect(result).toMatchObject({ enteredCount: entered, leftCount: left, count: expected.size });
          const sorted = [...expected].sort((a, b) => a - b);
          expect(await membersOf(cohortId)).toEqual({
            version: result.version,
            count: expected.size,
            ordinals: sorted,
          });
        }
        const told = new Set<number>();
        const deltas = await test.database.pool.query<{ entered: Buffer; left_: Buffer }>(
          'SELECT entered, left_ FROM membership_delta WHERE cohort_id = $1 ORDER BY id',
          [cohortId],
        );
        for (const { entered, left_ } of deltas.rows) {
          [...deserializeBitmap(entered)].forEach((one) => told.add(one));
          [...deserializeBitmap(left_)].forEach((one) => told.delete(one));
        }
        expect(told).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('makes a version above every one asked for, and none when nothing changes', async () => {
    const cohortId = await createCohort(null);
    await test.database.pool.query('UPDATE cohort SET pending_version = 6 WHERE id = $1', [cohortId]);
    expect(await change(cohortId, { add: [1, 2] })).toMatchObject({ version: 7, count: 2 });
    expect(await change(cohortId, { add: [2], remove: [9] })).toMatchObject({ version: 7, count: 2 });
    expect(await change(cohortId, { remove: [1] })).toMatchObject({ version: 8, count: 1 });
    const { rows } = await test.database.pool.query(
      'SELECT version, reason FROM membership_delta WHERE cohort_id = $1 ORDER BY id',
      [cohortId],
    );
    expect(rows).toEqual([
      { version: 7, reason: 'api' },
      { version: 8, reason: 'api' },
    ]);
  });

  it('loses no change of another however they race', async () => {
    const cohortId = await createCohort();
    await change(cohortId, { add: Array.from({ length: 20 }, (_, index) => index) });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        change(cohortId, index % 2 === 0 ? { add: [100 + index] } : { remove: [index] }),
      ),
    );
    const odd = (one: number) => one % 2 === 1;
    const expected = [
      ...Array.from({ length: 20 }, (_, index) => index).filter((one) => !odd(one)),
      ...Array.from({ length: 20 }, (_, index) => 100 + index).filter((one) => !odd(one)),
    ];
    expect(await membersOf(cohortId)).toMatchObject({ count: 20, ordinals: expected });
  });

  it('stamps what it writes with the next epoch of the block, and nothing when nobody moves', async () => {
    const epochs = async (cohortId: number) => {
      const { rows } = await test.database.pool.query(
        `SELECT chunk, chunk.epoch::int AS written, block.epoch::int AS newest FROM cohort_chunk AS chunk
         JOIN membership_epoch AS block ON block.project_id = chunk.project_id AND block.block = chunk.chunk
         WHERE cohort_id = $1 ORDER BY chunk`,
        [cohortId],
      );
      return rows as { chunk: number; written: number; newest: number }[];
    };
    const [first, second] = [await createCohort(), await createCohort()];
    await change(first, { add: [1, 65_536] });
    const [before] = await epochs(first);
    await change(second, { add: [2] });
    await change(second, { add: [2] });
    const newest = before!.newest + 1;
    expect(await epochs(second)).toEqual([{ chunk: 0, written: newest, newest }]);
    expect(await epochs(first)).toMatchObject([{ chunk: 0, written: before!.written, newest }, { chunk: 1 }]);
  });

  it('locks nothing of another project', async () => {
    const cohortId = await createCohort();
    const found = await test.database.transaction((transaction) =>
      lockCohort(transaction, { projectId: projectId + 1, cohortId }, 'UPDATE'),
    );
    expect(found).toBeUndefined();
  });
});
