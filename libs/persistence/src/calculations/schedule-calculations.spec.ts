import { createTestProject, useDatabase } from '#testing';

import { claimDueCohorts, findStuckCohorts, recordFailure, restartStuckCohorts } from './schedule-calculations.js';

const SCHEDULE = { maxAgeMinutes: 15, maxOpen: 100 };

describe('the schedule', () => {
  const test = useDatabase();
  let projectId: number;

  beforeEach(async () => {
    await test.database.pool.query('DELETE FROM calculation');
    await test.database.pool.query('UPDATE cohort SET deleted = true');
    projectId = (await createTestProject(test.database)).id;
  });

  /** @param set SQL assignments, such as `last_calculation = now()` */
  async function createCohort(set = 'deleted = false', refersTo: number[] = []): Promise<number> {
    const values = refersTo.map((value) => ({ type: 'cohort', key: 'id', value }));
    const { rows } = await test.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, filters, version, pending_version) VALUES ($1, 'test', $2, 3, 3) RETURNING id`,
      [projectId, JSON.stringify({ properties: { type: 'AND', values } })],
    );
    await test.database.pool.query(`UPDATE cohort SET ${set} WHERE id = $1`, [rows[0]!.id]);
    return rows[0]!.id;
  }

  const claim = (options: Partial<typeof SCHEDULE> = {}) =>
    test.database.transaction((transaction) => claimDueCohorts(transaction, { ...SCHEDULE, ...options }));

  async function scheduled(): Promise<number[]> {
    const { rows } = await test.database.pool.query<{ cohort_id: number }>(
      'SELECT cohort_id FROM calculation WHERE is_scheduled ORDER BY cohort_id',
    );
    return rows.map((row) => row.cohort_id);
  }

  const minutesAgo = (minutes: number, rest = '') =>
    `last_calculation = now() - interval '${minutes} minutes'${rest === '' ? '' : `, ${rest}`}`;

  it('asks for dynamic cohorts whose last calculation is too old, or which have none', async () => {
    const old = await createCohort(minutesAgo(16));
    await createCohort(minutesAgo(14));
    const never = await createCohort('last_calculation = NULL');
    await createCohort(minutesAgo(16, 'deleted = true'));
    await createCohort(minutesAgo(16, 'is_static = true'));
    await createCohort(minutesAgo(16, 'is_calculating = true'));
    const criteria = await createCohort(minutesAgo(16, 'is_static = true, version = NULL'));
    await claim();
    expect(await scheduled()).toEqual([old, never, criteria]);
    const { rows } = await test.database.pool.query(
      'SELECT is_calculating, pending_version FROM cohort WHERE id = $1',
      [old],
    );
    expect(rows).toEqual([{ is_calculating: true, pending_version: 4 }]);
    expect(await claim()).toBe(0);
  });

  it('reads ages on the clock of the project', async () => {
    await test.database.pool.query(`UPDATE project SET clock_offset = '26 hours' WHERE id = $1`, [projectId]);
    const yesterday = await createCohort(`last_calculation = now()`);
    await createCohort(`last_calculation = now() + interval '26 hours'`);
    await claim();
    expect(await scheduled()).toEqual([yesterday]);
  });

  it('waits longer after each error, up to a day, and gives up after twenty', async () => {
    const failed = (errors: number, minutes: number) =>
      createCohort(
        minutesAgo(90_000, `errors_calculating = ${errors}, last_error_at = now() - interval '${minutes} minutes'`),
      );
    const due = [await failed(1, 61), await failed(2, 121), await failed(20, 24 * 60 + 1)];
    await failed(1, 59);
    await failed(2, 119);
    await failed(20, 24 * 60 - 1);
    await failed(21, 90_000);
    await claim();
    expect(await scheduled()).toEqual(due);
  });

  it('takes the oldest first, those never computed before all, and no more than may be open', async () => {
    const second = await createCohort(minutesAgo(60));
    await createCohort(minutesAgo(20));
    const first = await createCohort('last_calculation = NULL');
    expect(await claim({ maxOpen: 2 })).toBe(2);
    expect(await scheduled()).toEqual([second, first]);
    expect(await claim({ maxOpen: 2 })).toBe(0);
    await test.database.pool.query("UPDATE calculation SET state = 'done' WHERE cohort_id = $1", [first]);
    expect(await claim({ maxOpen: 2 })).toBe(1);
  });

  it('takes what others refer to before those, unless they are a day late', async () => {
    const dependency = await createCohort(minutesAgo(20));
    const dependent = await createCohort(minutesAgo(60), [dependency]);
    await claim();
    expect(await scheduled()).toEqual([dependency]);
    await claim();
    expect(await scheduled()).toEqual([dependency, dependent]);
    const loop = await createCohort(minutesAgo(25 * 60));
    const other = await createCohort(minutesAgo(25 * 60), [loop]);
    await test.database.pool.query(
      `UPDATE cohort SET filters = jsonb_build_object('type', 'cohort', 'value', $2::int) WHERE id = $1`,
      [loop, other],
    );
    await claim();
    expect(await scheduled()).toEqual([dependency, dependent, loop, other]);
  });

  it('does nothing twice, however many ask at once', async () => {
    for (let index = 0; index < 30; index += 1) {
      await createCohort(minutesAgo(16));
    }
    const counts = await Promise.all(Array.from({ length: 6 }, () => claim()));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(await scheduled()).toHaveLength(30);
  });

  it('tells a failure on the cohort, and when the schedule tries again', async () => {
    const id = await createCohort('is_calculating = true, errors_calculating = 1, pending_version = 4');
    const run = { projectId, cohortId: id, version: 4 };
    const retryAt = await test.database.transaction((transaction) => recordFailure(transaction, run, 'Why.'));
    const { rows } = await test.database.pool.query<{ last_error_at: Date }>('SELECT * FROM cohort WHERE id = $1', [
      id,
    ]);
    expect(rows).toMatchObject([{ is_calculating: false, errors_calculating: 2, last_error_message: 'Why.' }]);
    expect(retryAt!.getTime() - rows[0]!.last_error_at.getTime()).toBe(2 * 60 * 60_000);
    await test.database.pool.query('UPDATE cohort SET errors_calculating = 20, pending_version = 5 WHERE id = $1', [
      id,
    ]);
    expect(await test.database.transaction((transaction) => recordFailure(transaction, run, 'Why.'))).toBeNull();
    const after = await test.database.pool.query('SELECT is_calculating FROM cohort WHERE id = $1', [id]);
    expect(after.rows).toEqual([{ is_calculating: true }]);
  });

  it('finds cohorts that calculate without a run, and asks for one unless they moved on', async () => {
    const stuck = await createCohort('is_calculating = true');
    const running = await createCohort('is_calculating = true');
    const importing = await createCohort('is_calculating = true, is_static = true, filters = NULL');
    await test.database.pool.query('INSERT INTO calculation (project_id, cohort_id, version) VALUES ($1, $2, 3)', [
      projectId,
      running,
    ]);
    const found = await test.database.transaction((transaction) => findStuckCohorts(transaction));
    expect(found).toEqual([{ id: stuck, pendingVersion: 3 }]);
    const restart = (pendingVersion: number) =>
      test.database.transaction((transaction) =>
        restartStuckCohorts(transaction, [
          { id: stuck, pendingVersion },
          { id: running, pendingVersion: 3 },
          { id: importing, pendingVersion: 3 },
        ]),
      );
    expect(await restart(2)).toBe(0);
    expect(await restart(3)).toBe(1);
    expect(await restart(3)).toBe(0);
    const { rows } = await test.database.pool.query('SELECT version FROM calculation WHERE cohort_id = $1', [stuck]);
    expect(rows).toEqual([{ version: 4 }]);
  });
});
