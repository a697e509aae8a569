import { useDatabase } from '#testing';

import { all, CalculatorFixture, inCohort, plan } from '../testing/calculator-fixture.js';

const TOO_LONG = 'Cohort calculation was terminated for taking too long.';
const INTERRUPTED = 'Calculation was interrupted. It will automatically retry.';
const REVIEW =
  'An error occurred while calculating this cohort. Please review your matching criteria or contact support.';

describe('the life of a calculation', () => {
  const fixture = new CalculatorFixture(useDatabase());

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 4, 'pro');
    await fixture.createPersons(4, 6, 'free');
  });

  const lockedLiveSet = () => `SELECT FROM live_set WHERE project_id = ${fixture.projectId} FOR UPDATE`;

  it('computes cohorts that are due together, each right as of its own flip, and tells each', async () => {
    const ids = [await fixture.createCohort(all(plan('pro'))), await fixture.createCohort(all(plan('pro', true)))];
    const empty = await fixture.createCohort(null);
    await fixture.drain();
    expect(await fixture.members(ids[0]!)).toEqual([0, 1, 2, 3]);
    expect(await fixture.members(ids[1]!)).toEqual([4, 5, 6, 7, 8, 9]);
    const states = await Promise.all([...ids, empty].map((id) => fixture.cohort(id)));
    expect(states).toMatchObject([4, 6, 0].map((count) => ({ count, version: 1, is_calculating: false })));
    for (const [index, id] of [...ids, empty].entries()) {
      const told = await fixture.messages('cohort.calculated', id);
      expect(told).toMatchObject([{ at: states[index]!.last_calculation!.toISOString() }]);
    }
    expect(await fixture.messages('cohort.calculated', ids[1]!)).toMatchObject([
      { version: 1, previous_version: null, count: 6, entered_count: 6, left_count: 0 },
    ]);
    expect(await fixture.runs(empty)).toMatchObject([{ state: 'done', error_code: 'no_properties' }]);
  });

  it('tells where it is, with a heartbeat, while it reads, evaluates and publishes', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    expect(await fixture.runs(id)).toMatchObject([{ state: 'wanted', phase: 'waiting', progress: 0, attempt: 0 }]);
    let working = Promise.resolve(0);
    await fixture.holding('LOCK TABLE person IN ACCESS EXCLUSIVE MODE', async (release) => {
      working = fixture.drain({ leaseMs: 300 });
      const run = await fixture.inPhase(id, 'evaluating');
      expect(run).toMatchObject({ progress: 5, attempt: 1 });
      await fixture.holding(lockedLiveSet(), async (releaseSet) => {
        await release();
        expect(await fixture.inPhase(id, 'publishing')).toMatchObject({ progress: 90 });
        await releaseSet();
      });
    });
    await working;
    const [run] = await fixture.runs(id);
    expect(run).toMatchObject({ state: 'done', phase: 'publishing', progress: 100, count: 4 });
    expect((run!['heartbeat_at'] as Date).getTime()).toBeGreaterThan((run!['started_at'] as Date).getTime());
  });

  it('tries again what took too long, then says so on the cohort and in a message; the next version starts afresh', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    const settings = { statementTimeoutMs: 100, maxAttempts: 2, backoffMs: 60_000 };
    await fixture.holding('LOCK TABLE person IN ACCESS EXCLUSIVE MODE', async () => {
      await fixture.drain(settings);
      expect(await fixture.cohort(id)).toMatchObject({ is_calculating: true, errors_calculating: 0 });
      expect(await fixture.runs(id)).toMatchObject([{ state: 'wanted', attempt: 1, error_code: 'timeout' }]);
      await fixture.database.pool.query('UPDATE calculation SET not_before = now() WHERE cohort_id = $1', [id]);
      await fixture.drain(settings);
    });
    expect(await fixture.cohort(id)).toMatchObject({
      version: null,
      is_calculating: false,
      errors_calculating: 1,
      last_error_message: TOO_LONG,
    });
    const [failed] = await fixture.messages('cohort.calculation.failed', id);
    expect(failed).toMatchObject({ pending_version: 1, code: 'timeout', message: TOO_LONG, attempt: 2 });
    expect(Date.parse(String(failed!['retry_at']))).toBeGreaterThan(Date.parse(String(failed!['at'])));
    await fixture.edit(id);
    await fixture.drain();
    expect(await fixture.cohort(id)).toMatchObject({
      version: 2,
      count: 4,
      is_calculating: false,
      errors_calculating: 0,
      last_error_message: TOO_LONG,
    });
  });

  it('gives up a run whose process dies again and again, its first version included', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await fixture.database.pool.query(
      `UPDATE calculation SET state = 'running', attempt = 3, deaths = 2, leased_until = now() - interval '1 second' WHERE cohort_id = $1`,
      [id],
    );
    await fixture.drain({ maxAttempts: 3 });
    expect(await fixture.cohort(id)).toMatchObject({
      version: null,
      is_calculating: false,
      last_error_message: INTERRUPTED,
    });
    expect(await fixture.runs(id)).toMatchObject([
      { state: 'failed', error_code: 'interrupted', deaths: 3, attempt: 4 },
    ]);
    expect(await fixture.messages('cohort.calculation.failed', id)).toMatchObject([{ code: 'interrupted' }]);
  });

  it('does not give up a run whose process died less often', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await fixture.database.pool.query(
      `UPDATE calculation SET state = 'running', attempt = 9, deaths = 1, leased_until = now() - interval '1 second' WHERE cohort_id = $1`,
      [id],
    );
    await fixture.drain({ maxAttempts: 3 });
    expect(await fixture.runs(id)).toMatchObject([{ state: 'done', deaths: 2, attempt: 10 }]);
  });

  it('lets nobody pay for a definition that cannot be computed', async () => {
    const broken = await fixture.createCohort(all({ type: 'person', key: 'plan', operator: 'no such', value: 1 }));
    const sound = await fixture.createCohort(all(plan('pro')));
    await fixture.drain();
    expect(await fixture.members(sound)).toEqual([0, 1, 2, 3]);
    expect(await fixture.runs(sound)).toMatchObject([{ state: 'done', attempt: 1 }]);
    expect(await fixture.runs(broken)).toMatchObject([{ state: 'failed', error_code: 'validation_error', attempt: 1 }]);
    expect(await fixture.cohort(broken)).toMatchObject({ is_calculating: false, last_error_message: REVIEW });
  });

  it('computes dependents anew when members changed, after what they refer to, and not when nobody did', async () => {
    const dependency = await fixture.createCohort(all(plan('pro')));
    const dependent = await fixture.createCohort(all(inCohort(dependency, true)));
    await fixture.drain();
    expect(await fixture.members(dependent)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(await fixture.runs(dependent)).toHaveLength(1);
    await fixture.edit(dependency, all(plan('free')));
    await fixture.drain();
    expect(await fixture.members(dependent)).toEqual([0, 1, 2, 3]);
    expect(await fixture.runs(dependent)).toMatchObject([{ state: 'done' }, { state: 'done', is_scheduled: true }]);
    await fixture.edit(dependency);
    expect(await fixture.drain()).toBe(1);
  });

  it('fills a static cohort from its criteria once, beside whom somebody added meanwhile', async () => {
    const id = await fixture.createCohort(all(plan('pro')), { is_static: true });
    await fixture.addToList(id, [9]);
    await fixture.drain();
    expect(await fixture.members(id)).toEqual([0, 1, 2, 3, 9]);
    expect(await fixture.cohort(id)).toMatchObject({ version: 3, pending_version: 3, is_calculating: false, count: 5 });
    expect(await fixture.messages('cohort.calculated', id)).toMatchObject([{ version: 3, entered_count: 4, count: 5 }]);
    await fixture.movePersons([4], 'pro');
    await fixture.edit(id);
    await fixture.database.pool.query('UPDATE cohort SET is_calculating = false WHERE id = $1', [id]);
    await fixture.drain();
    expect(await fixture.members(id)).toEqual([0, 1, 2, 3, 9]);
  });
});
