import { bitmapOf } from '#cohort-core';
import { inSnapshot, leaseCalculations, type LeasedCalculation, replaceMembers, type Transaction } from '#persistence';
import { useDatabase } from '#testing';

import { all, CalculatorFixture, inCohort, plan } from '../testing/calculator-fixture.js';
import { catchUp } from './catch-up.js';
import { computeBatch, type ComputedBatch } from './compute-batch.js';
import { publishVersion } from './publish-version.js';

const TIMEOUT_MS = 10_000;

describe('a calculation and what changes while it runs', () => {
  const test = useDatabase();
  const fixture = new CalculatorFixture(test);

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 3_000, 'free');
  });

  const parts = () => ({ database: fixture.database, statementTimeoutMs: TIMEOUT_MS, maxPersons: 1_000_000 });
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  async function computed(): Promise<ComputedBatch> {
    const runs: LeasedCalculation[] = await leaseCalculations(fixture.database.pool, { leaseMs: 60_000, max: 20 });
    return inSnapshot(parts(), (transaction) => computeBatch(transaction, runs, () => undefined));
  }

  async function publish(batch: ComputedBatch): Promise<string[]> {
    const results: string[] = [];
    for (const one of batch.computed) {
      results.push(await publishVersion(parts(), { batch, one, durationMs: 0 }));
    }
    return results;
  }

  it('is right as of its flip: who changed since the snapshot is evaluated again under the locks', async () => {
    const pro = await fixture.createCohort(all(plan('pro')));
    const free = await fixture.createCohort(all(plan('pro', true)));
    const batch = await computed();
    await fixture.movePersons([1, 2], 'pro');
    await fixture.createPersons(3_000, 1, 'pro');
    expect(await publish(batch)).toEqual(['published', 'published']);
    expect(await fixture.members(pro)).toEqual([1, 2, 3_000]);
    expect(await fixture.members(free)).toHaveLength(2_998);
    expect(await fixture.messages('cohort.calculated', pro)).toMatchObject([{ count: 3, entered_count: 3 }]);
    expect(await fixture.runs(pro)).toMatchObject([{ count: 3 }]);
  });

  it('asks which transactions its snapshot did not see, not which rows are younger', async () => {
    const pro = await fixture.createCohort(all(plan('pro')));
    const client = await fixture.database.pool.connect();
    await client.query('BEGIN');
    await fixture.changePlan(client, [7], 'pro');
    const batch = await computed();
    await fixture.movePersons([8], 'pro');
    await client.query('COMMIT');
    client.release();
    await publish(batch);
    expect(await fixture.members(pro)).toEqual([7, 8]);
  });

  it('evaluates many again without locks, in rounds, and leaves few for the last', async () => {
    const pro = await fixture.createCohort(all(plan('pro')));
    const other = await fixture.createCohort(all(plan('free')));
    const batch = await computed();
    const { snapshot } = batch.asOf.state;
    await fixture.movePersons(range(0, 1_500), 'pro');
    await catchUp(parts(), batch);
    expect(batch.computed.map(({ members }) => members.size).sort()).toEqual([1_500, 1_500]);
    expect(batch.asOf.state.snapshot).not.toBe(snapshot);
    await fixture.movePersons(range(1_500, 1_600), 'pro');
    const moved = batch.asOf.state.snapshot;
    await catchUp(parts(), batch);
    expect(batch.asOf.state.snapshot).toBe(moved);
    await publish(batch);
    expect(await fixture.members(pro)).toEqual(range(0, 1_600));
    expect(await fixture.members(other)).toEqual(range(1_600, 3_000));
  });

  describe('that refers to another cohort', () => {
    let dependency: number;

    const setMembers = (transaction: Transaction, version: number, ordinals: number[]) =>
      replaceMembers(transaction, {
        projectId: fixture.projectId,
        cohortId: dependency,
        version,
        members: bitmapOf(ordinals),
        reason: 'calculation',
        at: new Date(0),
      });

    beforeEach(async () => {
      dependency = await fixture.createCohort(all(plan('pro')));
      await fixture.movePersons([0, 1], 'pro');
      await fixture.drain();
    });

    it('sees who entered or left it since', async () => {
      const dependent = await fixture.createCohort(all(inCohort(dependency)));
      const batch = await computed();
      await fixture.database.transaction((transaction) => setMembers(transaction, 2, [1, 2]));
      await fixture.database.transaction((transaction) => setMembers(transaction, 3, [1, 2, 3]));
      await publish(batch);
      expect(await fixture.members(dependent)).toEqual([1, 2, 3]);
    });

    it('starts again when what moved cannot be told any more', async () => {
      await fixture.createCohort(all(inCohort(dependency)));
      const batch = await computed();
      await fixture.database.transaction((transaction) => setMembers(transaction, 2, [1, 2]));
      await fixture.database.pool.query('DELETE FROM membership_delta');
      await expect(publish(batch)).rejects.toThrow('purged');
    });
  });
});
