import { Metrics, SILENT_LOGGER } from '#observability';
import { eventually, useDatabase } from '#testing';

import { LiveMembers } from '../keep-live/live-members.js';
import { all, did, LiveFixture } from '../testing/live-fixture.js';
import { ProjectSweep, type ProjectTime } from './project-sweep.js';
import { takeTurn } from './sweep-turn.js';

const newborn = (span: string) => ({
  ...{ type: 'person_metadata', key: 'created_at', operator: 'is_date_after' },
  ...{ value: span },
});
const READ_TIME = `
  SELECT project.id AS "projectId", timezone, number, clock_timestamp() + clock_offset AS at
  FROM project JOIN live_set ON project_id = id WHERE id = $1`;

describe('a turn of the sweeper', () => {
  const test = useDatabase({ pipelined: true });
  const fixture = new LiveFixture(test);
  let buyers: number;

  const time = async (): Promise<ProjectTime> =>
    (await test.database.pool.query<ProjectTime>(READ_TIME, [fixture.projectId])).rows[0]!;
  const shift = (span: string) =>
    fixture.query('UPDATE project SET clock_offset = clock_offset + $2::interval WHERE id = $1', span);

  async function createLive(filters: object): Promise<number> {
    const id = await fixture.createLive(filters);
    await fixture.query(
      'INSERT INTO cohort_sweep SELECT id, $2, clock_timestamp() + clock_offset FROM project WHERE id = $1',
      id,
    );
    return id;
  }

  function newSweep(): ProjectSweep {
    const settings = {
      membershipCacheMb: 8,
      flipFromMembers: 0,
      statementTimeoutMs: 10_000,
      maxPersons: 1_000_000,
      sweepIntervalMs: 1_000,
    };
    const live = new LiveMembers(test.database, { wake: () => undefined }, settings, SILENT_LOGGER, new Metrics());
    return new ProjectSweep(test.database, live);
  }

  /** Somebody leaves at midnight; other projects have their turn between the look at the clock and this one's. */
  async function sweepOverMidnight(): Promise<ProjectSweep> {
    await fixture.newProject();
    await fixture.addPerson(1);
    await fixture.addEvent(1, 'buy');
    buyers = await createLive(all(did('buy')));
    await createLive(all(newborn('-1h')));
    await fixture.query(
      `UPDATE project SET clock_offset = date_trunc('day', clock_timestamp(), 'UTC') + interval '31 days' - interval '2 minutes' - clock_timestamp()
       WHERE id = $1`,
    );
    const sweep = newSweep();
    await takeTurnOf(sweep, await time());
    expect(await fixture.members(buyers)).toEqual([1]);
    // The mark is due again.
    await shift('90 seconds');
    const begun = await time();
    await shift('70 seconds');
    await takeTurnOf(sweep, begun);
    return sweep;
  }

  it('that began before midnight writes no mark beyond what slept through it, so that whoever takes over sweeps the midnight', async () => {
    await sweepOverMidnight();
    await takeTurnOf(newSweep(), await time());
    expect(await fixture.members(buyers)).toEqual([]);
  });

  it('that began before midnight does not forget it when the live set changes', async () => {
    const sweep = await sweepOverMidnight();
    await createLive(all(newborn('-2h')));
    await takeTurnOf(sweep, await time());
    expect(await fixture.members(buyers)).toEqual([]);
  });

  it('brings in what moves with the minute before the mass that moves at midnight', async () => {
    await fixture.newProject();
    await fixture.addPerson(1);
    await fixture.addEvent(1, 'buy');
    await fixture.addEvent(1, 'zoom');
    const mass = await createLive(all(did('buy')));
    const few = await createLive(all({ ...did('zoom'), time_interval: 'minute' }));
    const holder = await test.database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM cohort WHERE id = $1 FOR UPDATE', [mass]);
    await shift('31 days');
    const turn = takeTurnOf(newSweep(), await time());
    await eventually(async () => {
      expect(await fixture.members(few)).toEqual([]);
    });
    expect(await fixture.members(mass)).toEqual([1]);
    await holder.query('COMMIT');
    holder.release();
    await turn;
    expect(await fixture.members(mass)).toEqual([]);
  });
});

function takeTurnOf(sweep: ProjectSweep, time: ProjectTime): Promise<boolean> {
  const onError = (_: ProjectTime, error: unknown) => {
    throw error;
  };
  return takeTurn([{ sweep, time }], { onError });
}
