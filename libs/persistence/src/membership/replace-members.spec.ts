import fc from 'fast-check';

import { bitmapOf, deserializeBitmap } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { readMembers } from './read-members.js';
import { replaceMembers } from './replace-members.js';

interface DeltaRow {
  chunk: number;
  revision: string;
  entered: Buffer;
  left_: Buffer;
}

/** Ordinals of three blocks, among them both ends of a block. */
const ordinal = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(65_535, 65_536, 65_537, 131_071, 200_000));
const versions = fc.array(fc.uniqueArray(ordinal), { minLength: 1, maxLength: 6 });

describe('replaceMembers', () => {
  const test = useDatabase();
  let projectId: number;

  beforeAll(async () => {
    projectId = (await createTestProject(test.database)).id;
  });

  async function createCohort(): Promise<number> {
    const result = await test.database.pool.query<{ id: number }>(
      "INSERT INTO cohort (project_id, name) VALUES ($1, 'test') RETURNING id",
      [projectId],
    );
    return result.rows[0]!.id;
  }

  function replace(cohortId: number, version: number, members: number[]) {
    return test.database.transaction((transaction) =>
      replaceMembers(transaction, {
        projectId,
        cohortId,
        version,
        members: bitmapOf(members),
        reason: 'calculation',
        at: new Date(0),
      }),
    );
  }

  async function replayed(cohortId: number): Promise<number[]> {
    const deltas = await test.database.pool.query<DeltaRow>(
      'SELECT chunk, revision, entered, left_ FROM membership_delta WHERE cohort_id = $1 ORDER BY id',
      [cohortId],
    );
    const persons = new Set<number>();
    const revisions = new Map<number, number>();
    for (const { chunk, revision, entered, left_ } of deltas.rows) {
      expect(Number(revision)).toBe((revisions.get(chunk) ?? 0) + 1);
      revisions.set(chunk, Number(revision));
      for (const person of deserializeBitmap(entered)) {
        expect(persons.has(person)).toBe(false);
        persons.add(person);
      }
      for (const person of deserializeBitmap(left_)) {
        expect(persons.delete(person)).toBe(true);
      }
    }
    return [...persons].sort((a, b) => a - b);
  }

  it('stores each version whole, and deltas that replayed give exactly it', async () => {
    await fc.assert(
      fc.asyncProperty(versions, async (history) => {
        const cohortId = await createCohort();
        for (const [index, members] of history.entries()) {
          await replace(cohortId, index + 1, members);
          const stored = await readMembers(test.database.pool, projectId, cohortId);
          const expected = [...members].sort((a, b) => a - b);
          expect(stored?.bitmap.toArray()).toEqual(expected);
          expect(await replayed(cohortId)).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('counts who entered and who left, and writes nothing when nothing changed', async () => {
    const cohortId = await createCohort();
    expect(await replace(cohortId, 1, [1, 2, 65_536])).toEqual({ enteredCount: 3, leftCount: 0 });
    expect(await replace(cohortId, 2, [2, 65_536])).toEqual({ enteredCount: 0, leftCount: 1 });
    expect(await replace(cohortId, 3, [2, 65_536])).toEqual({ enteredCount: 0, leftCount: 0 });
    const deltas = await test.database.pool.query('SELECT 1 FROM membership_delta WHERE cohort_id = $1', [cohortId]);
    expect(deltas.rowCount).toBe(3);
  });

  it('knows no cohort of another project', async () => {
    const cohortId = await createCohort();
    expect(await readMembers(test.database.pool, projectId + 1, cohortId)).toBeUndefined();
  });
});
