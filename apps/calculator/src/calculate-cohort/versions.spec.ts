import { inSnapshot, leaseCalculations } from '#persistence';
import { eventually, useDatabase } from '#testing';

import { all, CalculatorFixture, type CohortState, plan } from '../testing/calculator-fixture.js';
import { computeBatch } from './compute-batch.js';
import { publishVersion } from './publish-version.js';

describe('versions of a cohort', () => {
  const fixture = new CalculatorFixture(useDatabase());

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 4, 'pro');
    await fixture.createPersons(4, 6, 'free');
  });

  const FREE = [4, 5, 6, 7, 8, 9];
  const PRO = [0, 1, 2, 3];

  /** Starts a run, lets `meanwhile` happen while it evaluates, and waits for its end. */
  async function during(id: number, meanwhile: () => Promise<unknown>): Promise<void> {
    let working = Promise.resolve(0);
    await fixture.holding('LOCK TABLE person IN ACCESS EXCLUSIVE MODE', async (release) => {
      const [run] = await leaseCalculations(fixture.database.pool, { leaseMs: 60_000, max: 1 });
      working = fixture
        .handler({ leaseMs: 300 })
        .calculate([run!])
        .then(() => 1);
      await fixture.inPhase(id, 'evaluating');
      await meanwhile();
      await release();
    });
    await working;
  }

  it('ten edits in a burst cost one run, of the newest definition', async () => {
    const id = await fixture.createCohort(all(plan('none')));
    for (let index = 0; index < 9; index += 1) {
      await fixture.edit(id, all(plan(`plan ${index}`)));
    }
    await fixture.edit(id, all(plan('free')));
    expect(await fixture.drain()).toBe(1);
    expect(await fixture.members(id)).toEqual(FREE);
    expect(await fixture.cohort(id)).toMatchObject({ version: 11, pending_version: 11, is_calculating: false });
    expect(await fixture.messages('cohort.calculated', id)).toHaveLength(1);
  });

  it('an edit during a run supersedes it: readers never see the old definition as new', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await during(id, () => fixture.edit(id, all(plan('free'))));
    expect(await fixture.cohort(id)).toMatchObject({ version: null, pending_version: 2, is_calculating: true });
    expect(await fixture.runs(id)).toMatchObject([{ state: 'superseded' }, { state: 'wanted' }]);
    await fixture.drain();
    expect(await fixture.members(id)).toEqual(FREE);
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, is_calculating: false });
  });

  it('a rename during a run lets it publish, and the cohort calculates until the newest run ends', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await during(id, () => fixture.edit(id));
    expect(await fixture.cohort(id)).toMatchObject({ version: 1, count: 4, pending_version: 2, is_calculating: true });
    await fixture.drain();
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, count: 4, is_calculating: false });
  });

  it('a run of an old version that starts late ends at once', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    const old = await leaseCalculations(fixture.database.pool, { leaseMs: 60_000, max: 1 });
    await fixture.edit(id, all(plan('free')));
    await fixture.drain();
    await fixture.holding('LOCK TABLE person IN ACCESS EXCLUSIVE MODE', () =>
      fixture.handler({ statementTimeoutMs: 10_000 }).calculate(old),
    );
    expect(await fixture.runs(id)).toMatchObject([{ state: 'superseded' }, { state: 'done' }]);
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, is_calculating: false });
    expect(await fixture.members(id)).toEqual(FREE);
  });

  it('a run whose successor was faster does not take its version back', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    const runs = await leaseCalculations(fixture.database.pool, { leaseMs: 60_000, max: 1 });
    const source = { database: fixture.database, statementTimeoutMs: 10_000, maxPersons: 1_000_000 };
    const batch = await inSnapshot(source, (snapshot) => computeBatch(snapshot, runs, () => undefined));
    await fixture.edit(id);
    await fixture.drain();
    const next = { batch, one: batch.computed[0]!, durationMs: 0 };
    expect(await publishVersion(source, next)).toBe('superseded');
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, is_calculating: false });
    expect(await fixture.runs(id)).toMatchObject([{ state: 'superseded' }, { state: 'done' }]);
  });

  it('a delete during a run wins', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await during(id, () =>
      fixture.database.pool.query('UPDATE cohort SET deleted = true, is_calculating = false WHERE id = $1', [id]),
    );
    expect(await fixture.members(id)).toEqual([]);
    expect(await fixture.cohort(id)).toMatchObject({ version: null, is_calculating: false });
    expect(await fixture.messages('cohort.calculated', id)).toEqual([]);
    await fixture.database.pool.query('UPDATE cohort SET deleted = false WHERE id = $1', [id]);
    await fixture.edit(id);
    await fixture.drain();
    expect(await fixture.members(id)).toEqual(PRO);
    const { rows } = await fixture.database.pool.query('SELECT reason FROM membership_delta WHERE cohort_id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ reason: 'calculation' }]);
  });

  it('of two owners of one run, one publishes', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    const first = await leaseCalculations(fixture.database.pool, { leaseMs: 60_000, max: 1 });
    await fixture.database.pool.query(`UPDATE calculation SET leased_until = now() - interval '1 second'`);
    const second = await leaseCalculations(fixture.database.pool, { leaseMs: 60_000, max: 1 });
    await fixture.holding('LOCK TABLE person IN ACCESS EXCLUSIVE MODE', async (release) => {
      const both = [first, second].map((runs) => fixture.handler().calculate(runs));
      await fixture.inPhase(id, 'reading');
      await release();
      await Promise.all(both);
    });
    expect(await fixture.messages('cohort.calculated', id)).toHaveLength(1);
    expect(await fixture.runs(id)).toMatchObject([{ state: 'done', attempt: 2 }]);
    expect(await fixture.members(id)).toEqual(PRO);
  });

  async function editManyTimes(id: number): Promise<number> {
    for (let index = 0; index < 60; index += 1) {
      const filters = index % 3 === 0 ? undefined : all(plan(index % 2 === 0 ? 'pro' : 'free'));
      const version = await fixture.edit(id, filters);
      if (index % 6 === 0) {
        await eventually(async () => {
          expect(await fixture.cohort(id)).toMatchObject({ version });
        });
      }
    }
    return fixture.edit(id, all(plan('free')));
  }

  it('edits and two calculators race, and the newest definition wins; no version goes backwards, the flag is never early', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    let isOver = false;
    const seen: CohortState[] = [];
    const whileRacing = async (work: () => Promise<unknown>): Promise<void> => {
      while (!isOver) {
        await work();
      }
    };
    const racing = [
      whileRacing(() => fixture.drain()),
      whileRacing(() => fixture.drain()),
      whileRacing(async () => seen.push(await fixture.cohort(id))),
    ];
    const last = await editManyTimes(id).finally(() => {
      isOver = true;
    });
    await Promise.all(racing);
    await fixture.drain();
    expect(await fixture.cohort(id)).toMatchObject({ version: last, pending_version: last, is_calculating: false });
    expect(await fixture.members(id)).toEqual(FREE);
    const versions = seen.map(({ version }) => version ?? 0);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBeGreaterThan(3);
    seen.forEach((state) => {
      expect(state.is_calculating).toBe((state.version ?? 0) < state.pending_version);
    });
    const told = (await fixture.messages('cohort.calculated', id)).map((message) => Number(message['version']));
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
  });
});
