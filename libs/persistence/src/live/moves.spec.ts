import fc from 'fast-check';

import { type Bitmap, BitmapScope } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { type ChangedChunk, UnknownChunks, writeAllChanges } from '../membership/chunks.js';
import { readMembers } from '../membership/read-members.js';
import { replaceMembers } from '../membership/replace-members.js';
import { ChunkCache } from './chunk-cache.js';
import { HeldBlocks } from './held-blocks.js';
import type { LiveCohort } from './live-cohort.js';
import { lockBlocks } from './locked-members.js';
import { MoveFinder } from './moves.js';

const BLOCKS = [0, 1];
const FLIP_FROM = 500;
const place = fc
  .tuple(fc.constantFrom(...BLOCKS), fc.integer({ min: 0, max: 3_000 }))
  .map(([block, one]) => block * 65_536 + one);
const several = (most: number) => fc.uniqueArray(place, { maxLength: most });
/** What a writer does: moves some persons in or out, as a process that knows the chunks or one that does not; or calculates all anew. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ moved: several(120), cache: fc.constantFrom(0, 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ step: fc.constantFrom(1, 2, 700), from: fc.nat(500) }).map((every) => ({ every })),
  },
);

describe('members that change a few at a time', () => {
  const test = useDatabase({ pipelined: true });

  it('are what all writers together made of them, and their bitmap stays where few differ', async () => {
    let stayed = 0;
    let wholes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const { cohort, projectId } = await newCohort();
        using caches = new DisposableStack();
        const known = [0, 1].map(() => caches.use(new ChunkCache(1_000_000, FLIP_FROM)));
        let members = new Set<number>();
        for (const one of steps) {
          const before = await bitmapsOf(cohort.id);
          if ('every' in one) {
            members = new Set(
              BLOCKS.flatMap((block) =>
                Array.from({ length: 3_000 }, (_, index) => block * 65_536 + one.every.from + index * one.every.step),
              ).filter((ordinal) => ordinal % 65_536 < 3_000),
            );
            await calculate(projectId, cohort, [...members]);
          } else {
            one.moved.forEach((ordinal) => members.delete(ordinal) || members.add(ordinal));
            await move(projectId, cohort, { cache: known[one.cache]!, moved: one.moved, members: [...members] });
            const after = await bitmapsOf(cohort.id);
            stayed += after.filter((bitmap) => before.includes(bitmap)).length;
            wholes += after.filter((bitmap) => !before.includes(bitmap)).length;
          }
          const stored = await test.database.transaction((client) => readMembers(client, projectId, cohort.id));
          expect(stored?.bitmap.toArray()).toEqual([...members].sort((a, b) => a - b));
          expect(stored?.count).toBe(members.size);
        }
      }),
      { numRuns: 40 },
    );
    expect(Math.min(stayed, wholes)).toBeGreaterThan(10);
  });

  it.each([
    ['nothing is stored', null, '2'],
    ['another change has been stored', '7', '7'],
    ['a change was missed', '7', '9'],
  ])('are not written as a difference from a bitmap that is not the stored one: %s', async (_, stored, revision) => {
    using scope = new BitmapScope();
    const { cohort, projectId } = await newCohort();
    const change = { chunk: 0, after: scope.of([1, 2]), entered: scope.of([2]), left: scope.of() };
    const write = (changed: ChangedChunk) =>
      test.database.transaction((client) =>
        writeAllChanges(client, { projectId, reason: 'change', at: new Date() }, [
          { cohortId: cohort.id, version: 1, changed: [changed] },
        ]),
      );
    if (stored !== null) {
      await write({ ...change, revision: stored });
    }
    const before = await bitmapsOf(cohort.id);
    await expect(write({ ...change, revision, flipped: scope.of([2]) })).rejects.toThrow(UnknownChunks);
    expect(await bitmapsOf(cohort.id)).toEqual(before);
    if (stored !== null) {
      await expect(write({ ...change, revision: '8', flipped: scope.of([2]) })).resolves.toMatchObject({
        enteredCount: 1,
      });
    }
  });

  async function newCohort(): Promise<{ projectId: number; cohort: LiveCohort }> {
    const { id: projectId } = await createTestProject(test.database);
    const { rows } = await test.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, version) VALUES ($1, 'live', 1) RETURNING id`,
      [projectId],
    );
    return { projectId, cohort: { id: rows[0]!.id } as LiveCohort };
  }

  async function bitmapsOf(cohortId: number): Promise<string[]> {
    const { rows } = await test.database.pool.query<{ bitmap: string }>(
      `SELECT chunk || md5(bitmap) AS bitmap FROM cohort_chunk WHERE cohort_id = $1`,
      [cohortId],
    );
    return rows.map(({ bitmap }) => bitmap);
  }

  async function calculate(projectId: number, { id }: LiveCohort, ordinals: number[]): Promise<void> {
    using scope = new BitmapScope();
    const members = scope.of(ordinals);
    const change = { projectId, cohortId: id, version: 1, members, reason: 'calculation', at: new Date() };
    await test.database.transaction((client) => replaceMembers(client, change));
  }

  async function move(
    projectId: number,
    cohort: LiveCohort,
    { cache, moved, members }: { cache: ChunkCache; moved: number[]; members: number[] },
  ): Promise<void> {
    using scope = new BitmapScope();
    using held = new HeldBlocks(cache);
    const [within, matching] = [scope.of(moved), scope.of(members)] as [Bitmap, Bitmap];
    await test.database.transaction(async (client) => {
      const locked = await lockBlocks(client, projectId, BLOCKS);
      await held.read(client, locked, { cohortIds: [cohort.id], live: new Set([cohort.id]) });
      const found = new MoveFinder(held, scope).moveOf({ cohort, within, matching });
      expect(found?.entered.size).toBe(
        moved.length === 0 ? undefined : moved.filter((one) => matching.has(one)).length,
      );
      const changes = [{ cohortId: cohort.id, version: 1, changed: found?.changed ?? [] }];
      await writeAllChanges(client, { projectId, reason: 'change', at: new Date() }, changes);
      held.write(changes, scope);
    });
    held.settle();
  }
});
