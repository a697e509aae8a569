import { useDatabase } from '#testing';

import { all, did, inCohort, LiveFixture, planIs } from '../testing/live-fixture.js';

describe('a cohort whose live evaluation fails', () => {
  const fixture = new LiveFixture(useDatabase({ pipelined: true }));

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.addPerson(0, { plan: 'free' }, 'ann');
  });

  const cohort = async (id: number) => {
    const { rows } = await fixture.database.pool.query<Record<string, unknown>>('SELECT * FROM cohort WHERE id = $1', [
      id,
    ]);
    return rows[0];
  };
  const runs = async (id: number) => {
    const { rows } = await fixture.database.pool.query<Record<string, unknown>>(
      'SELECT version, state, not_before > now() AS is_later FROM calculation WHERE cohort_id = $1',
      [id],
    );
    return rows;
  };

  /** She buys and turns pro; whatever asks for events runs into the timeout. */
  const followWhileEventsAreLocked = async (follow: ReturnType<typeof fixture.replica>['follow']) => {
    const lock = await fixture.database.pool.connect();
    await lock.query('BEGIN; LOCK TABLE event');
    await fixture.setPlan(0, 'pro');
    await follow({ ordinal: 0, events: ['buy'], properties: ['plan'] });
    await lock.query('ROLLBACK');
    lock.release();
  };

  it('says why and waits for a calculation, while the others go on', async () => {
    const { follow, metrics } = fixture.replica(1_000);
    const slow = await fixture.createLive(all(did('buy')));
    const pros = await fixture.createLive(all(planIs('pro')));
    await followWhileEventsAreLocked(follow);
    expect(await fixture.members(pros)).toEqual([0]);
    const text =
      'The cohort could not be kept live: canceling statement due to statement timeout. It will be calculated again.';
    expect(await cohort(slow)).toMatchObject({
      ...{ live_error: text, last_error_message: text, live_failed_at: expect.any(Date) as Date },
      ...{ version: 1, pending_version: 2, is_calculating: true },
    });
    expect(await runs(slow)).toEqual([{ version: 2, state: 'wanted', is_later: true }]);
    expect(await cohort(pros)).toMatchObject({ live_error: null, pending_version: 1, is_calculating: false });
    expect(await metrics.registry.metrics()).toContain('muster_realtime_failed_cohorts_total 1');

    await fixture.addEvent(0, 'buy');
    await follow({ ordinal: 0, events: ['buy'] });
    expect(await fixture.members(slow)).toEqual([]);
  });

  it('costs those who refer to others, or to it, nothing but the wait', async () => {
    const { follow } = fixture.replica(1_000);
    const slow = await fixture.createLive(all(did('buy')));
    const pros = await fixture.createLive(all(planIs('pro')));
    const proFriends = await fixture.createLive(all(inCohort(pros), planIs('pro')));
    const others = await fixture.createLive(all(inCohort(slow, true), planIs('pro')));
    await followWhileEventsAreLocked(follow);
    expect(await fixture.members(proFriends)).toEqual([0]);
    expect(await fixture.members(others)).toEqual([0]);
    expect(await cohort(slow)).toMatchObject({ version: 1, pending_version: 2 });
    for (const id of [proFriends, others]) {
      expect(await cohort(id)).toMatchObject({ live_error: null, pending_version: 1 });
    }
  });

  it('whose stored definition nobody can read any more, too', async () => {
    const { follow } = fixture.replica();
    const broken = await fixture.createLive(all(planIs('pro')), { properties: { type: 'XOR', values: [] } });
    const pros = await fixture.createLive(all(planIs('pro')));
    await fixture.setPlan(0, 'pro');
    await follow({ ordinal: 0, properties: ['plan'] });
    expect(await fixture.members(pros)).toEqual([0]);
    expect(await cohort(broken)).toMatchObject({
      live_error: expect.stringContaining('could not be kept live') as string,
    });
  });

  it('is kept live again after its next flip', async () => {
    const { follow } = fixture.replica();
    const pros = await fixture.createLive(all(planIs('pro')), { properties: { type: 'XOR', values: [] } });
    await follow({ ordinal: 0, properties: ['plan'] });
    await fixture.query(
      'UPDATE cohort SET live_error = NULL, live_filters = filters, version = 2 WHERE project_id = $1 AND id = $2',
      pros,
    );
    await fixture.query('UPDATE live_set SET number = number + 1 WHERE project_id = $1');
    await fixture.setPlan(0, 'pro');
    await follow({ ordinal: 0, properties: ['plan'] });
    expect(await fixture.members(pros)).toEqual([0]);
  });
});
