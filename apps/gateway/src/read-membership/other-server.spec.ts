import type { QueryConfig } from 'pg';

import { Metrics } from '#observability';
import type { Database } from '#persistence';
import { createTestProject, useDatabase } from '#testing';

import { changeList, createLists } from '../testing/static-lists.js';
import { MembershipReader } from './membership-reader.js';

describe('the cohorts of a person', () => {
  const test = useDatabase();
  const metrics = new Metrics();
  let projectId: number;

  beforeEach(async () => {
    projectId = (await createTestProject(test.database)).id;
  });

  const createCohorts = (count: number) => createLists(test.database, projectId, count);
  const add = (cohortId: number, ordinal: number) =>
    test.database.transaction((transaction) => changeList(transaction, { projectId, cohortId }, { add: [ordinal] }));

  it('are read anew from another server, which may have lost commits, whoever noticed that the first is gone', async () => {
    let server = 'first';
    const { pool } = test.database;
    const query = async (question: QueryConfig) => {
      const { rows } = await pool.query<object>(question);
      return { rows: rows.map((row) => ({ ...row, server })) };
    };
    const database = { pool: { query } } as unknown as Database;
    const followed = new MembershipReader(database, { membershipCacheMb: 1 }, metrics);
    const [id] = await createCohorts(1);
    await add(id!, 1);
    expect((await followed.cohortsOf(projectId, [1])).get(1)).toEqual([id]);
    // As a server that never got the commit, and has counted another.
    await pool.query('DELETE FROM cohort_chunk WHERE cohort_id = $1', [id]);
    expect((await followed.cohortsOf(projectId, [1])).get(1)).toEqual([id]);
    server = 'second';
    expect((await followed.cohortsOf(projectId, [1])).get(1)).toEqual([]);
    followed.onApplicationShutdown();
  });

  it('are asked for again when another server answers in between: its ordinals and epochs are others', async () => {
    const [mine, hers] = await createCohorts(2);
    await add(mine!, 1);
    await add(hers!, 2);
    const { pool } = test.database;
    await pool.query("INSERT INTO person_distinct_id VALUES ($1, 'ann', 1)", [projectId]);
    let server = 'first';
    const query = async (question: QueryConfig) => {
      if (question.name === 'membership-chunks' && server === 'first') {
        server = 'second';
        await pool.query('UPDATE person_distinct_id SET ordinal = 2 WHERE project_id = $1', [projectId]);
      }
      const { rows } = await pool.query<object>(question);
      return { rows: rows.map((row) => ({ ...row, server })) };
    };
    const failedOver = { pool: { query } } as unknown as Database;
    const asked = new MembershipReader(failedOver, { membershipCacheMb: 1 }, metrics);
    expect((await asked.cohortsOfDistinctIds(projectId, ['ann'])).get('ann')).toEqual({
      ordinal: 2,
      cohortIds: [hers],
    });
    asked.onApplicationShutdown();
  });
});
