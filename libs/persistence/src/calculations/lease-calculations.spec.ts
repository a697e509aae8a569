import { createTestProject, eventually, useDatabase } from '#testing';

import { finishCalculation, postponeCalculation } from './finish-calculation.js';
import { extendLeases, leaseCalculations, msUntilNextCalculation } from './lease-calculations.js';
import type { LeasedCalculation } from './leased-calculation.js';
import { wantCalculation, wantDependents } from './want-calculation.js';

const LONG_MS = 60_000;

describe('leased calculations', () => {
  const test = useDatabase();
  let projectId: number;

  beforeEach(async () => {
    await test.database.pool.query('DELETE FROM calculation');
    projectId = (await createTestProject(test.database)).id;
  });

  async function createCohort(refersTo: number[] = [], isStatic = false): Promise<number> {
    const values = refersTo.map((value) => ({ type: 'cohort', key: 'id', value }));
    const result = await test.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, filters, is_static, pending_version, is_calculating)
       VALUES ($1, 'test', $2, $3, 1, true) RETURNING id`,
      [projectId, JSON.stringify({ properties: { type: 'AND', values } }), isStatic],
    );
    return result.rows[0]!.id;
  }

  const want = (cohortId: number, version = 1) =>
    test.database.transaction((transaction) => wantCalculation(transaction, { projectId, cohortId, version }));

  async function wantMany(count: number): Promise<number[]> {
    const ids: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const id = await createCohort();
      await want(id);
      await want(id);
      ids.push(id);
    }
    return ids;
  }

  const lease = (max = 1, leaseMs = LONG_MS) => leaseCalculations(test.database.pool, { leaseMs, max });
  const leasedCohorts = async (max: number) => (await lease(max)).map(({ cohortId }) => cohortId).sort((a, b) => a - b);

  async function finish(run: LeasedCalculation): Promise<boolean> {
    return test.database.transaction((transaction) => finishCalculation(transaction, run, { state: 'done', count: 1 }));
  }

  async function rows(columns: string): Promise<object[]> {
    const result = await test.database.pool.query<object>(
      `SELECT ${columns} FROM calculation ORDER BY cohort_id, version`,
    );
    return result.rows;
  }

  it('gives each run to one of many that ask at once, though it was wanted twice', async () => {
    await wantMany(5);
    const leases = await Promise.all(Array.from({ length: 9 }, () => lease(2)));
    const runs = leases.flat();
    expect(new Set(runs.map((run) => run.id)).size).toBe(5);
    expect(runs).toHaveLength(5);
    expect(Math.max(...leases.map((batch) => batch.length))).toBeLessThanOrEqual(2);
  });

  it('gives runs of one project together, and none of another', async () => {
    const first = await wantMany(3);
    projectId = (await createTestProject(test.database)).id;
    const second = await wantMany(2);
    expect(await leasedCohorts(10)).toEqual(first);
    expect(await leasedCohorts(10)).toEqual(second);
  });

  it('gives a run whose owner went silent to another, fences the first out, and counts the death', async () => {
    await wantMany(1);
    const [first] = await lease(1, 1);
    const second = await eventually(async () => {
      const [run] = await lease();
      expect(run).toBeDefined();
      return run!;
    });
    expect(second).toMatchObject({ id: first!.id, attempt: 2, deaths: 1 });
    const progress = { phase: 'evaluating', progress: 40, leaseMs: LONG_MS } as const;
    expect(await extendLeases(test.database.pool, [first!], progress)).toBe(0);
    expect(await rows('phase, progress')).toEqual([{ phase: 'reading', progress: 0 }]);
    expect(await finish(first!)).toBe(false);
    expect(await extendLeases(test.database.pool, [second], progress)).toBe(1);
    expect(await rows('phase, progress, heartbeat_at > started_at AS beating')).toEqual([
      { phase: 'evaluating', progress: 40, beating: true },
    ]);
    expect(await finish(second)).toBe(true);
    expect(await lease()).toEqual([]);
  });

  it('lets a run that failed or died before go alone', async () => {
    const [culprit] = await wantMany(1);
    const [run] = await lease();
    await test.database.transaction((transaction) =>
      postponeCalculation(transaction, run!, { delayMs: 0, errorCode: 'timeout', error: 'too slow' }),
    );
    const others = await wantMany(2);
    await test.database.pool.query(`UPDATE calculation SET not_before = now() - interval '1 minute' WHERE id = $1`, [
      run!.id,
    ]);
    expect(await leasedCohorts(10)).toEqual([culprit]);
    expect(await leasedCohorts(10)).toEqual(others);
    await test.database.pool.query(`UPDATE calculation SET leased_until = now() - interval '1 minute'`);
    const alone = await Promise.all([lease(10), lease(10), lease(10)]);
    expect(alone.map((batch) => batch.length)).toEqual([1, 1, 1]);
  });

  it('lets a postponed run wait for its time', async () => {
    await wantMany(1);
    const [run] = await lease();
    const postponement = { delayMs: LONG_MS, errorCode: 'timeout', error: 'too slow' };
    await test.database.transaction((transaction) => postponeCalculation(transaction, run!, postponement));
    expect(await lease()).toEqual([]);
    expect(await rows('state, phase, error_code')).toEqual([
      { state: 'wanted', phase: 'waiting', error_code: 'timeout' },
    ]);
    const dueMs = await msUntilNextCalculation(test.database.pool);
    expect(dueMs).toBeGreaterThan(LONG_MS / 2);
    expect(dueMs).toBeLessThanOrEqual(LONG_MS);
  });

  it('gives what somebody asked for before what the schedule made, never both together', async () => {
    const [scheduled, asked] = await wantMany(2);
    await test.database.pool.query(
      `UPDATE calculation SET is_scheduled = true, not_before = now() - interval '1 hour' WHERE cohort_id = $1`,
      [scheduled],
    );
    expect(await leasedCohorts(10)).toEqual([asked]);
    expect(await leasedCohorts(10)).toEqual([scheduled]);
  });

  it('computes a dependent after what it refers to, but not behind what is not due', async () => {
    const dependency = await createCohort();
    const dependent = await createCohort([dependency]);
    await want(dependent);
    await want(dependency);
    const [run] = await lease(10);
    expect(run).toMatchObject({ cohortId: dependency });
    expect(await lease(10)).toEqual([]);
    expect(await msUntilNextCalculation(test.database.pool)).toBeLessThan(0);
    await test.database.transaction((transaction) =>
      postponeCalculation(transaction, run!, { delayMs: LONG_MS, errorCode: 'timeout', error: 'too slow' }),
    );
    expect(await leasedCohorts(10)).toEqual([dependent]);
  });

  it('does not let a dependent wait for ever', async () => {
    const dependency = await createCohort();
    const dependent = await createCohort([dependency]);
    await want(dependent);
    await want(dependency);
    await lease(1);
    await test.database.pool.query(`UPDATE calculation SET wanted_at = now() - interval '11 minutes'`);
    expect(await leasedCohorts(10)).toEqual([dependent]);
  });

  it('wants nothing of a cohort that does not exist, has moved past the version, or is a list', async () => {
    await want(2_000_000_000);
    const moved = await createCohort();
    await test.database.pool.query('UPDATE cohort SET pending_version = 4 WHERE id = $1', [moved]);
    await want(moved, 3);
    const list = await createCohort([], true);
    await test.database.pool.query('UPDATE cohort SET filters = NULL WHERE id = $1', [list]);
    await want(list);
    const computed = await createCohort([], true);
    await test.database.pool.query('UPDATE cohort SET is_calculating = false WHERE id = $1', [computed]);
    await want(computed);
    expect(await lease(10)).toEqual([]);
    await want(moved, 4);
    const fromCriteria = await createCohort([], true);
    await want(fromCriteria);
    expect(await leasedCohorts(10)).toEqual([moved, fromCriteria]);
  });

  it('does not compute older versions of a burst that still wait', async () => {
    const cohortId = await createCohort();
    await want(cohortId, 1);
    await test.database.pool.query('UPDATE cohort SET pending_version = 3 WHERE id = $1', [cohortId]);
    await want(cohortId, 3);
    expect(await lease(10)).toMatchObject([{ cohortId, version: 3 }]);
    expect(await rows('version, state')).toEqual([
      { version: 1, state: 'superseded' },
      { version: 3, state: 'running' },
    ]);
  });

  it('wants the dependents of what changed, once, and no static, deleted, or already waiting one', async () => {
    const dependency = await createCohort();
    const dependent = await createCohort([dependency]);
    const waiting = await createCohort([dependency]);
    await want(waiting);
    await createCohort([dependency], true);
    const deleted = await createCohort([dependency]);
    await test.database.pool.query('UPDATE cohort SET deleted = true WHERE id = $1', [deleted]);
    const changed = { projectId, cohortId: dependency };
    expect(await test.database.transaction((transaction) => wantDependents(transaction, changed))).toBe(1);
    expect(await test.database.transaction((transaction) => wantDependents(transaction, changed))).toBe(0);
    expect(await rows('cohort_id, version, is_scheduled')).toEqual([
      { cohort_id: dependent, version: 2, is_scheduled: true },
      { cohort_id: waiting, version: 1, is_scheduled: false },
    ]);
  });
});
