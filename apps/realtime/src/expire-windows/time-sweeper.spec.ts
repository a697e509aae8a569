import { bitmapOf, serializeBitmap } from '#cohort-core';
import { Metrics, SILENT_LOGGER } from '#observability';
import { eventually, useDatabase } from '#testing';

import { LiveMembers } from '../keep-live/live-members.js';
import { REALTIME_METRICS } from '../realtime-metrics.js';
import { all, did, inCohort, LiveFixture, planIs } from '../testing/live-fixture.js';
import { TimeSweeper } from './time-sweeper.js';

const newborn = (span: string) => ({
  ...{ type: 'person_metadata', key: 'created_at', operator: 'is_date_after' },
  ...{ value: span },
});
const seenBefore = (span: string) => ({ type: 'person', key: 'seen', operator: 'is_date_before', value: span });

describe('the passing of time', () => {
  const test = useDatabase({ pipelined: true });
  const fixture = new LiveFixture(test);
  let sweepers: TimeSweeper[] = [];

  beforeEach(async () => {
    await test.database.pool.query('DELETE FROM cohort_sweep');
    await fixture.newProject();
  });

  afterEach(async () => {
    await Promise.all(sweepers.map((sweeper) => sweeper.beforeApplicationShutdown()));
    sweepers = [];
  });

  function sweeper(metrics = new Metrics()): TimeSweeper {
    const settings = {
      membershipCacheMb: 8,
      flipFromMembers: 0,
      statementTimeoutMs: 10_000,
      sweepIntervalMs: 1_000,
      maxPersons: 1_000_000,
    };
    const live = new LiveMembers(test.database, { wake: () => undefined }, settings, SILENT_LOGGER, metrics);
    const made = new TimeSweeper(test.database, live, settings, SILENT_LOGGER, metrics);
    sweepers.push(made);
    return made;
  }

  /** Live, and swept up to now. */
  async function createLive(filters: object): Promise<number> {
    const id = await fixture.createLive(filters);
    await fixture.query(
      `INSERT INTO cohort_sweep SELECT id, $2, clock_timestamp() + clock_offset FROM project WHERE id = $1`,
      id,
    );
    return id;
  }

  const shift = (span: string) =>
    fixture.query('UPDATE project SET clock_offset = clock_offset + $2::interval WHERE id = $1', span);

  const markOf = async (cohortId: number): Promise<Date> => {
    const { rows } = await test.database.pool.query<{ swept_to: Date }>(
      'SELECT swept_to FROM cohort_sweep WHERE cohort_id = $1',
      [cohortId],
    );
    return rows[0]!.swept_to;
  };

  const setSeen = (ordinal: number, ago: string) =>
    fixture.query(
      `UPDATE person SET properties = jsonb_build_object('seen', clock_timestamp() - $3::interval) WHERE project_id = $1 AND ordinal = $2`,
      ordinal,
      ago,
    );

  /** As ingestion notes whom it touched. */
  const noteChange = async (ordinal: number) => {
    await fixture.query(
      'INSERT INTO person_change (project_id, persons) VALUES ($1, $2)',
      serializeBitmap(bitmapOf([ordinal])),
    );
  };

  it('takes out and lets in, whoever refers to it included, and tells it as time', async () => {
    await fixture.addPerson(1);
    await fixture.addPerson(2);
    await fixture.addEvent(1, 'buy');
    const buyers = await createLive(all(did('buy')));
    const others = await createLive(all(did('buy', true)));
    const referring = await createLive(all(inCohort(buyers)));
    expect(await fixture.members(referring)).toEqual([1]);
    const { sweepAll } = bound(sweeper());
    await sweepAll();
    expect(await fixture.historyOf(buyers)).toEqual([]);
    await shift('31 days');
    await sweepAll();
    expect(await fixture.members(buyers)).toEqual([]);
    expect(await fixture.members(others)).toEqual([1, 2]);
    expect(await fixture.members(referring)).toEqual([]);
    const left = { entered: [], left: [1], version: 1, reason: 'time' };
    expect(await fixture.historyOf(buyers)).toEqual([left]);
    expect(await fixture.historyOf(referring)).toEqual([left]);
    expect(await fixture.historyOf(others)).toEqual([{ ...left, entered: [1], left: [] }]);
  });

  it('says up to when it is in the members, at least once a minute', async () => {
    await fixture.addPerson(1);
    const id = await createLive(all(newborn('-1h')));
    const { sweepAll } = bound(sweeper());
    await sweepAll();
    const first = await markOf(id);
    await shift('50 seconds');
    await sweepAll();
    expect(await markOf(id)).toEqual(first);
    await shift('50 seconds');
    await sweepAll();
    expect((await markOf(id)).getTime() - first.getTime()).toBeGreaterThanOrEqual(100_000);
  });

  it('is not behind where edges sleep until midnight, nor where they move all the time', async () => {
    await fixture.addPerson(1);
    const metrics = new Metrics();
    const { sweepAll } = bound(sweeper(metrics));
    await createLive(all(did('buy')));
    for (let turn = 0; turn < 3; turn += 1) {
      await sweepAll();
      await shift('10 minutes');
      await createLive(all(newborn('-1h')));
    }
    await sweepAll();
    const { values } = await metrics.gauge(REALTIME_METRICS.sweepLag).get();
    expect(values).toMatchObject([{ value: 0 }]);
  });

  it('goes on from the mark after a restart, and from a newer version after a flip', async () => {
    await fixture.addPerson(1);
    const id = await createLive(all(newborn('-1h')));
    await shift('61 minutes');
    expect(await fixture.members(id)).toEqual([1]);
    const { sweepAll } = bound(sweeper());
    await sweepAll();
    expect(await fixture.members(id)).toEqual([]);
    await fixture.query(
      `UPDATE cohort SET version = version + 1, live_filters = $3 WHERE project_id = $1 AND id = $2`,
      id,
      JSON.stringify(all(newborn('-30M'))),
    );
    await fixture.query('UPDATE live_set SET number = number + 1 WHERE project_id = $1');
    await shift('-10 days');
    await sweepAll();
    expect(await fixture.members(id)).toEqual([1]);
  });

  describe('over stored dates', () => {
    it('finds those that were there, those that came, and those that changed', async () => {
      for (const ordinal of [1, 2, 3]) {
        await fixture.addPerson(ordinal);
      }
      await setSeen(1, '30 minutes');
      await setSeen(2, '20 minutes');
      const id = await createLive(all(seenBefore('-1h')));
      const { sweepAll } = bound(sweeper());
      await sweepAll();
      await setSeen(2, '10 minutes');
      await noteChange(2);
      await setSeen(3, '40 minutes');
      await noteChange(3);
      await shift('25 minutes');
      await sweepAll();
      expect(await fixture.members(id)).toEqual([3]);
      await shift('10 minutes');
      await sweepAll();
      expect(await fixture.members(id)).toEqual([1, 3]);
      await shift('10 minutes');
      await sweepAll();
      expect(await fixture.members(id)).toEqual([1, 3]);
      await shift('10 minutes');
      await sweepAll();
      expect(await fixture.members(id)).toEqual([1, 2, 3]);
    });

    it('looks through all of them once in hours, not at every turn', async () => {
      await fixture.addPerson(1);
      await setSeen(1, '30 minutes');
      const id = await createLive(all(seenBefore('-1h')));
      const { sweepAll } = bound(sweeper());
      await sweepAll();
      // Nobody tells of this change, so only a look at everybody would find it.
      await setSeen(1, '59 minutes 30 seconds');
      await shift('45 seconds');
      await sweepAll();
      expect(await fixture.members(id)).toEqual([]);
    });
  });

  it('is swept by one replica, and by another when that one is gone', async () => {
    await fixture.addPerson(1);
    const id = await createLive(all(newborn('-1h')));
    const [one, other] = [sweeper(), sweeper()];
    await one.sweepAll();
    await shift('2 hours');
    await other.sweepAll();
    expect(await fixture.members(id)).toEqual([1]);
    await one.beforeApplicationShutdown();
    await eventually(async () => {
      await other.sweepAll();
      expect(await fixture.members(id)).toEqual([]);
    });
  });

  it('in one project does not stop where another cannot be swept', async () => {
    await fixture.addPerson(1);
    const broken = await createLive(all(newborn('-1h')));
    await fixture.query(`UPDATE project SET timezone = 'Nowhere/Else' WHERE id = $1`);
    await fixture.newProject();
    await fixture.addPerson(1);
    const sound = await createLive(all(newborn('-1h')));
    await shift('2 hours');
    await sweeper().sweepAll();
    expect(await fixture.members(sound)).toEqual([]);
    expect(await fixture.historyOf(broken)).toEqual([]);
    await test.database.pool.query(`UPDATE project SET timezone = 'UTC'`);
  });

  it('in many cohorts at once lets live work go on in between', async () => {
    const BUYERS = 100;
    const COHORTS = 200;
    await fixture.addPerson(BUYERS + 1, { plan: 'free' });
    for (let ordinal = 0; ordinal < BUYERS; ordinal += 1) {
      await fixture.addPerson(ordinal);
      await fixture.addEvent(ordinal, 'buy');
    }
    for (let index = 0; index < COHORTS; index += 1) {
      await createLive({ properties: { type: 'OR', values: [did('buy'), planIs(`plan ${index}`)] } });
    }
    const last = await createLive(all(did('buy')));
    const pros = await createLive(all(planIs('pro')));
    const { follow } = fixture.replica();
    await shift('31 days');
    // The sweep comes to the last cohort when it is let.
    const holder = await test.database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM cohort WHERE id = $1 FOR UPDATE', [last]);
    let isSwept = false;
    const sweeping = bound(sweeper())
      .sweepAll()
      .then(() => (isSwept = true));
    await eventually(async () => {
      const { rowCount } = await test.database.pool.query(
        `SELECT FROM membership_delta WHERE project_id = $1 AND reason = 'time'`,
        [fixture.projectId],
      );
      expect(rowCount).toBeGreaterThan(0);
    });
    await fixture.setPlan(BUYERS + 1, 'pro');
    await follow({ ordinal: BUYERS + 1, properties: ['plan'] });
    expect(await fixture.members(pros)).toEqual([BUYERS + 1]);
    expect(isSwept).toBe(false);
    await holder.query('COMMIT');
    holder.release();
    await sweeping;
    const { rows } = await test.database.pool.query(
      'SELECT sum(cardinality)::int AS members FROM cohort_chunk WHERE project_id = $1',
      [fixture.projectId],
    );
    expect(rows).toEqual([{ members: 1 }]);
  });
});

function bound(sweeper: TimeSweeper): { sweepAll: () => Promise<void> } {
  return {
    sweepAll: async () => {
      while ((await sweeper.sweepAll()) === undefined) {
        // The turn was over before all was done.
      }
    },
  };
}
