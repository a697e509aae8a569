import { Metrics } from '#observability';
import { useDatabase } from '#testing';

import { all, CalculatorFixture, inCohort, plan } from '../testing/calculator-fixture.js';
import { ScheduleCalculationsHandler } from './schedule-calculations.handler.js';

describe('calculations that nobody asks for', () => {
  const fixture = new CalculatorFixture(useDatabase());
  let woken = 0;

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.createPersons(0, 3, 'pro');
    woken = 0;
  });

  const schedule = () => {
    const wake = () => (woken += 1);
    return new ScheduleCalculationsHandler(fixture.database, { wake }, { maxAgeMinutes: 15 }, new Metrics());
  };
  const grow = (minutes: number) =>
    fixture.database.pool.query(`UPDATE cohort SET last_calculation = last_calculation - $1 * interval '1 minute'`, [
      minutes,
    ]);

  it('what is due is asked for, computed, and due again only when it is old again', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await fixture.drain();
    await fixture.movePersons([0], 'free');
    expect(await schedule().scheduleDue()).toBe(0);
    expect(woken).toBe(0);
    await grow(16);
    expect(await schedule().scheduleDue()).toBe(1);
    expect(woken).toBe(1);
    await fixture.drain();
    expect(await fixture.members(id)).toEqual([1, 2]);
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, is_calculating: false });
    expect(await schedule().scheduleDue()).toBe(0);
  });

  it('a chain of references that is due together is computed in order, each once', async () => {
    const first = await fixture.createCohort(all(plan('pro')));
    const second = await fixture.createCohort(all(inCohort(first, true)));
    const third = await fixture.createCohort(all(inCohort(second)));
    await fixture.drain();
    await fixture.movePersons([0], 'free');
    await grow(16);
    while ((await schedule().scheduleDue()) > 0) {
      await fixture.drain();
    }
    expect(await fixture.members(third)).toEqual([0]);
    const versions = await Promise.all([first, second, third].map((id) => fixture.cohort(id)));
    expect(versions).toMatchObject([{ version: 2 }, { version: 2 }, { version: 2 }]);
  });

  it('a cohort whose run was lost is found at the second look, and calculated', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await fixture.database.pool.query('DELETE FROM calculation WHERE cohort_id = $1', [id]);
    const looks = schedule();
    expect(await looks.restartStuck()).toBe(0);
    expect(await looks.restartStuck()).toBe(1);
    expect(woken).toBe(1);
    await fixture.drain();
    expect(await fixture.cohort(id)).toMatchObject({ version: 2, count: 3, is_calculating: false });
  });

  it('a message that is on its way between two looks is no loss', async () => {
    const id = await fixture.createCohort(all(plan('pro')));
    await fixture.database.pool.query('DELETE FROM calculation WHERE cohort_id = $1', [id]);
    const looks = schedule();
    await looks.restartStuck();
    await fixture.want(id, 1);
    expect(await looks.restartStuck()).toBe(0);
    await fixture.drain();
    await fixture.edit(id);
    await fixture.database.pool.query("DELETE FROM calculation WHERE cohort_id = $1 AND state = 'wanted'", [id]);
    expect(await looks.restartStuck()).toBe(0);
  });
});
