import { parseFilters } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { refuseLoops } from './refuse-loops.js';

const filtersOf = (...ids: number[]) => ({
  properties: {
    type: 'OR',
    values: [{ type: 'AND', values: ids.map((value) => ({ type: 'cohort', key: 'id', value })) }],
  },
});
const LOOP = 'Cohorts cannot reference other cohorts in a loop.';

describe('cohorts that refer to each other', () => {
  const database = useDatabase();
  let projectId: number;

  beforeAll(async () => {
    projectId = (await createTestProject(database.database)).id;
  });

  const insert = async (references: number[] = [], columns: { is_static?: boolean; deleted?: boolean } = {}) => {
    const { rows } = await database.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, filters, is_static, deleted) VALUES ($1, 'c', $2, $3, $4) RETURNING id`,
      [
        projectId,
        references.length === 0 ? null : filtersOf(...references),
        columns.is_static ?? false,
        columns.deleted ?? false,
      ],
    );
    return rows[0]!.id;
  };
  /** What an edit does: check, then store, in one transaction. */
  const edit = (id: number, ...references: number[]) =>
    database.database.transaction(async (transaction) => {
      await refuseLoops(transaction, projectId, id, parseFilters(filtersOf(...references)).tree);
      await transaction.query('UPDATE cohort SET filters = $2 WHERE id = $1', [id, filtersOf(...references)]);
    });

  it('may not refer to themselves', async () => {
    const cohort = await insert();
    await expect(edit(cohort, cohort)).rejects.toMatchObject({ status: 400, envelope: { detail: LOOP, attr: null } });
  });

  it('may not through others, deleted ones included, which may come back', async () => {
    const first = await insert();
    const second = await insert([first], { deleted: true });
    const third = await insert([second]);
    await expect(edit(first, third)).rejects.toThrow(LOOP);
  });

  it('may meet again on another way', async () => {
    const base = await insert();
    const [left, right] = [await insert([base]), await insert([base])];
    const top = await insert();
    await expect(edit(top, left, right)).resolves.toBeUndefined();
  });

  it('may refer to a list that was once made from them', async () => {
    const cohort = await insert();
    const list = await insert([cohort], { is_static: true });
    await expect(edit(cohort, list)).resolves.toBeUndefined();
  });

  it('never make a loop, however two edits race', async () => {
    for (let round = 0; round < 20; round += 1) {
      const middle = await insert();
      const [a, b] = [await insert(), await insert([middle])];
      const outcomes = await Promise.allSettled([edit(a, b), edit(middle, a)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });
});
