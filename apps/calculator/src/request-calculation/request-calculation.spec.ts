import type { CohortCreated, CohortUpdated } from '#contracts';
import type { ReceivedMessage } from '#messaging';
import { useDatabase } from '#testing';

import { all, CalculatorFixture, plan } from '../testing/calculator-fixture.js';
import { RequestCalculationConsumer } from './request-calculation.consumer.js';
import { RequestCalculationHandler } from './request-calculation.handler.js';

describe('who asks for a calculation', () => {
  const fixture = new CalculatorFixture(useDatabase());
  let woken = 0;

  beforeEach(async () => {
    await fixture.newProject();
    woken = 0;
  });

  const consumer = () => {
    const wake = () => (woken += 1);
    return new RequestCalculationConsumer(new RequestCalculationHandler(fixture.database, { wake }));
  };

  function message(cohortId: number, pending: number | null, id = crypto.randomUUID()): ReceivedMessage<CohortUpdated> {
    const value = { project_id: fixture.projectId, cohort_id: cohortId, pending_version: pending };
    return { id, value } as unknown as ReceivedMessage<CohortUpdated>;
  }

  async function newCohort(): Promise<number> {
    const id = await fixture.createCohort(all(plan('pro')));
    await fixture.database.pool.query('DELETE FROM calculation WHERE cohort_id = $1', [id]);
    return id;
  }

  it('cohort.created and cohort.updated record the version they wait for, and wake the workers', async () => {
    const id = await newCohort();
    const created = message(id, 1) as ReceivedMessage<CohortCreated | CohortUpdated>;
    expect(await consumer().created(created as ReceivedMessage<CohortCreated>)).toMatchObject({ kind: 'ok' });
    expect(await fixture.runs(id)).toMatchObject([{ version: 1, state: 'wanted' }]);
    await fixture.database.pool.query('UPDATE cohort SET pending_version = 2 WHERE id = $1', [id]);
    expect(await consumer().updated(message(id, 2))).toMatchObject({ kind: 'ok' });
    expect(await fixture.runs(id)).toMatchObject([
      { version: 1, state: 'superseded' },
      { version: 2, state: 'wanted' },
    ]);
    expect(woken).toBe(2);
  });

  it('a message that comes twice asks once', async () => {
    const id = await newCohort();
    const again = message(id, 1);
    await consumer().updated(again);
    await fixture.drain();
    await fixture.database.pool.query('DELETE FROM calculation WHERE cohort_id = $1', [id]);
    await consumer().updated(again);
    expect(await fixture.runs(id)).toEqual([]);
  });

  it('an edit of a list asks for nothing', async () => {
    const id = await newCohort();
    expect(await consumer().updated(message(id, null))).toMatchObject({ kind: 'drop' });
    await fixture.database.pool.query('UPDATE cohort SET is_static = true, filters = NULL WHERE id = $1', [id]);
    await consumer().updated(message(id, 1));
    expect(await fixture.runs(id)).toEqual([]);
  });
});
