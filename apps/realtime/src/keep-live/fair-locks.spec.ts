import { type LockedForFlip, lockForFlip, lockLiveSet } from '#persistence';
import { useDatabase } from '#testing';

import { all, did, LiveFixture, planIs } from '../testing/live-fixture.js';

const PERSONS = 32;
/** So many that a batch takes long enough for the next to begin meanwhile. */
const COHORTS = 40;

describe('whoever wants the live set for herself', () => {
  const test = useDatabase({ pipelined: true });
  const fixture = new LiveFixture(test);
  const filters = all(did('buy'), planIs('pro'));
  let cohortId: number;

  beforeEach(async () => {
    await fixture.newProject();
    for (let ordinal = 0; ordinal < PERSONS; ordinal += 1) {
      await fixture.addPerson(ordinal, { plan: 'free' });
      await fixture.addEvent(ordinal, 'buy');
    }
    for (let count = 0; count < COHORTS; count += 1) {
      cohortId = await fixture.createLive(filters);
    }
  });

  /** Replicas that always have something to do, until the work is over. @returns how many batches there were meanwhile */
  async function besideBusyReplicas(work: () => Promise<void>): Promise<number> {
    let isOver = false;
    let batches = 0;
    const busy = Array.from({ length: 3 }, async (_, own) => {
      const { follow } = fixture.replica();
      const ordinals = Array.from({ length: PERSONS }, (__, ordinal) => ordinal).filter((one) => one % 3 === own);
      while (!isOver) {
        await follow(...ordinals.map((ordinal) => ({ ordinal, properties: ['plan'], events: ['buy'] })));
        batches += 1;
      }
    });
    await work().finally(() => (isOver = true));
    await Promise.all(busy);
    return batches;
  }

  it('gets it beside replicas that are never idle, and they go on', async () => {
    const turns = 5;
    const batches = await besideBusyReplicas(async () => {
      for (let turn = 0; turn < turns; turn += 1) {
        await test.database.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL statement_timeout = '20s'`);
          await lockLiveSet(transaction, fixture.projectId, 'UPDATE');
        });
      }
    });
    expect(batches).toBeGreaterThan(0);
  });

  it('and so does a flip that wants the row of its cohort', async () => {
    await besideBusyReplicas(async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        await test.database.transaction(async (transaction) => {
          await transaction.query(`SET LOCAL statement_timeout = '20s'`);
          const ids = { projectId: fixture.projectId, cohortId };
          const locked = (await lockForFlip(transaction, ids, filters, null)) as LockedForFlip;
          expect(locked.isSettled).toBe(true);
        });
      }
    });
  });
});
