import { bitmapOf } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { changeMembers } from './change-members.js';
import { lockCohort, readClock } from './lock-cohort.js';
import { StaticLists } from './static-lists.js';

describe('the lists that hold somebody', () => {
  const test = useDatabase();
  let projectId: number;
  const lists = new StaticLists();
  afterEach(() => {
    lists.clear();
  });

  async function createList(ordinals: number[]): Promise<number> {
    const { rows } = await test.database.pool.query<{ id: number }>(
      "INSERT INTO cohort (project_id, name, is_static, version) VALUES ($1, 'list', true, 1) RETURNING id",
      [projectId],
    );
    await change(rows[0]!.id, { add: ordinals });
    return rows[0]!.id;
  }
  const change = (cohortId: number, edit: { add?: number[]; remove?: number[] }) =>
    test.database.transaction(async (transaction) => {
      await lockCohort(transaction, { projectId, cohortId }, 'SHARE');
      const at = await readClock(transaction, projectId);
      const [add, remove] = [bitmapOf(edit.add), bitmapOf(edit.remove)];
      await changeMembers(transaction, { projectId, cohortId, add, remove, reason: 'api', at });
      [add, remove].forEach((bitmap) => {
        bitmap.dispose();
      });
    });
  /** Who holds her, and of how many chunks the members were read for it. */
  const ask = (ordinal: number) =>
    test.database.transaction(async (transaction) => {
      const persons = bitmapOf([ordinal]);
      const read: number[] = [];
      const watched = new Proxy(transaction, {
        get: (target, key) => {
          const value = Reflect.get(target, key) as unknown;
          return key !== 'query'
            ? value
            : (text: string, values: unknown[][]) => {
                if (text.includes('k.bitmap')) {
                  read.push(values[1]!.length);
                }
                return target.query(text, values);
              };
        },
      });
      const holding = await lists.holding(watched, projectId, { persons, blocks: [ordinal >>> 16] });
      persons.dispose();
      return { holding: holding.sort((a, b) => a - b), read };
    });

  it('are read once, and again when they have changed', async () => {
    projectId = (await createTestProject(test.database)).id;
    const [a, b] = [await createList([1, 2]), await createList([2, 70_000]), await createList([3])];
    expect(await ask(2)).toEqual({ holding: [a, b], read: [3] });
    expect(await ask(1)).toEqual({ holding: [a], read: [] });
    await change(a, { remove: [1, 2] });
    await change(b, { add: [1] });
    expect(await ask(1)).toEqual({ holding: [b], read: [1] });
    expect(await ask(70_000)).toEqual({ holding: [b], read: [1] });
    lists.clear();
    expect(await ask(3)).toMatchObject({ read: [2] });
  });
});
