import { createTestProject, eventually, useDatabase } from '#testing';

import {
  extendLease,
  finishCalculation,
  leaseCalculation,
  type LeasedCalculation,
  msUntilNextCalculation,
  postponeCalculation,
  wantCalculation,
} from './lease-calculation.js';

const LONG_MS = 60_000;

describe('leased calculations', () => {
  const test = useDatabase();
  let projectId: number;

  beforeEach(async () => {
    await test.database.pool.query('DELETE FROM calculation');
    projectId = (await createTestProject(test.database)).id;
  });

  async function want(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const result = await test.database.pool.query<{ id: number }>(
        "INSERT INTO cohort (project_id, name) VALUES ($1, 'test') RETURNING id",
        [projectId],
      );
      const wanted = { projectId, cohortId: result.rows[0]!.id, version: 1 };
      await test.database.transaction((transaction) => wantCalculation(transaction, wanted));
      await test.database.transaction((transaction) => wantCalculation(transaction, wanted));
    }
  }

  const lease = (leaseMs = LONG_MS) => leaseCalculation(test.database.pool, leaseMs);

  async function finish(run: LeasedCalculation): Promise<boolean> {
    return test.database.transaction((transaction) => finishCalculation(transaction, run, { state: 'done', count: 1 }));
  }

  it('gives each run to one of many that ask at once, though it was wanted twice', async () => {
    await want(5);
    const leases = await Promise.all(Array.from({ length: 9 }, () => lease()));
    const runs = leases.filter((run) => run !== undefined);
    expect(new Set(runs.map((run) => run.id)).size).toBe(5);
    expect(runs).toHaveLength(5);
  });

  it('gives a run whose owner went silent to another, and fences the first out', async () => {
    await want(1);
    const first = (await lease(1))!;
    const second = await eventually(async () => {
      const run = await lease();
      expect(run).toBeDefined();
      return run!;
    });
    expect(second).toMatchObject({ id: first.id, attempt: 2 });
    expect(await extendLease(test.database.pool, first, LONG_MS)).toBe(false);
    expect(await finish(first)).toBe(false);
    expect(await extendLease(test.database.pool, second, LONG_MS)).toBe(true);
    expect(await finish(second)).toBe(true);
    expect(await lease()).toBeUndefined();
  });

  it('lets a postponed run wait for its time', async () => {
    await want(1);
    const run = (await lease())!;
    const postponement = { delayMs: LONG_MS, errorCode: 'timeout', error: 'too slow' };
    await test.database.transaction((transaction) => postponeCalculation(transaction, run, postponement));
    expect(await lease()).toBeUndefined();
    const dueMs = await msUntilNextCalculation(test.database.pool);
    expect(dueMs).toBeGreaterThan(LONG_MS / 2);
    expect(dueMs).toBeLessThanOrEqual(LONG_MS);
  });

  it('wants nothing of a cohort that does not exist', async () => {
    const wanted = { projectId, cohortId: 2_000_000_000, version: 1 };
    await test.database.transaction((transaction) => wantCalculation(transaction, wanted));
    expect(await lease()).toBeUndefined();
  });
});
