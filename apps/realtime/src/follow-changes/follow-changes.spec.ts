import { eventually, useDatabase } from '#testing';

import { all, did, inCohort, LiveFixture, planIs } from '../testing/live-fixture.js';

describe('following what persons do', () => {
  const fixture = new LiveFixture(useDatabase({ pipelined: true }));

  beforeEach(async () => {
    await fixture.newProject();
    await fixture.addPerson(0, { plan: 'free' }, 'ann');
    await fixture.addPerson(70_000, { plan: 'pro' }, 'bob');
  });

  it('moves exactly those whose answer changed, and tells it once, however often it hears of it', async () => {
    const { follow } = fixture.replica();
    const buyers = await fixture.createLive(all(did('buy')));
    const pros = await fixture.createLive(all(planIs('pro')));
    await fixture.addEvent(0, 'buy');
    await fixture.setPlan(0, 'pro');
    const news = { ordinal: 0, events: ['buy'], properties: ['plan'] };
    await follow(news);
    await follow(news, news);
    expect(await fixture.members(buyers)).toEqual([0]);
    expect(await fixture.members(pros)).toEqual([0, 70_000]);
    expect(await fixture.historyOf(pros)).toEqual([{ entered: [0], left: [], version: 1, reason: 'change' }]);
    await fixture.setPlan(70_000, null);
    await follow({ ordinal: 70_000, properties: ['plan'] });
    expect(await fixture.members(pros)).toEqual([0]);
  });

  it('asks only the cohorts that the news is about', async () => {
    const { follow, metrics } = fixture.replica();
    await fixture.createLive(all(did('buy')));
    await fixture.createLive(all(planIs('pro')));
    await fixture.createLive(all(did('sell', true)));
    await follow({ ordinal: 0, events: ['buy', 'something'], properties: ['other'] });
    expect(await metrics.registry.metrics()).toContain('muster_realtime_cohorts_total{reason="change"} 1');
  });

  it('lets the newborn into what somebody without facts matches, and by their ids', async () => {
    const { follow } = fixture.replica();
    const quiet = await fixture.createLive(all(did('buy', true)));
    const planless = await fixture.createLive(all({ type: 'person', key: 'plan', operator: 'is_not_set' }));
    const named = await fixture.createLive(
      all({ type: 'person', key: 'distinct_id', operator: 'exact', value: 'cid' }),
    );
    await fixture.addPerson(5, {}, 'cid');
    await follow({ ordinal: 5, born: true, events: ['seen'] });
    expect(await fixture.members(quiet)).toEqual([0, 5, 70_000]);
    expect(await fixture.members(planless)).toEqual([5]);
    expect(await fixture.members(named)).toEqual([5]);
    await fixture.query(`INSERT INTO person_distinct_id VALUES ($1, 'dora', 0)`);
    const dora = await fixture.createLive(
      all({ type: 'person', key: 'distinct_id', operator: 'exact', value: 'dora-2' }),
    );
    await fixture.query(`INSERT INTO person_distinct_id VALUES ($1, 'dora-2', 0)`);
    await follow({ ordinal: 0, distinct_ids: true });
    expect(await fixture.members(dora)).toEqual([0]);
  });

  it('takes those who are gone out of everything, and looks at a survivor everywhere', async () => {
    const { follow } = fixture.replica();
    const recent = await fixture.createLive(
      all({ type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '-1d' }),
    );
    const quiet = await fixture.createLive(all(did('buy', true)));
    await fixture.remove(0);
    await fixture.query(
      `UPDATE person SET created_at = now() - interval '1 year' WHERE project_id = $1 AND ordinal = 70000`,
    );
    await follow(
      { ordinal: 0, merged_into: '0189d3b0-0000-7000-8000-000000000000' },
      { ordinal: 70_000, merged: true },
    );
    expect(await fixture.members(recent)).toEqual([]);
    expect(await fixture.members(quiet)).toEqual([70_000]);
    await fixture.remove(70_000);
    await follow({ ordinal: 70_000, deleted: true });
    expect(await fixture.members(quiet)).toEqual([]);
    await follow({ ordinal: 70_000, events: ['buy'] });
    expect(await fixture.members(quiet)).toEqual([]);
  });

  it.each(['first', 'last'] as const)('a cohort follows the one it refers to, made %s', async (place) => {
    const { follow } = fixture.replica();
    const base = async () => fixture.createLive(all(did('buy')));
    const first = place === 'first' ? await base() : undefined;
    const referring = await fixture.createLive(all(planIs('nobody')));
    const referred = first ?? (await base());
    const far = await fixture.createLive(all(inCohort(referring, true)));
    await fixture.query(
      `UPDATE cohort SET live_filters = $3 WHERE project_id = $1 AND id = $2`,
      referring,
      JSON.stringify(all(inCohort(referred), planIs('pro'))),
    );
    await fixture.query('UPDATE live_set SET number = number + 1 WHERE project_id = $1');
    await fixture.addEvent(70_000, 'buy');
    await follow({ ordinal: 70_000, events: ['buy'] });
    expect(await fixture.members(referring)).toEqual([70_000]);
    expect(await fixture.members(far)).toEqual([0]);
    expect(await fixture.historyOf(far)).toMatchObject([{ entered: [], left: [70_000] }]);
  });

  it.each([
    ['of those who did', false, [1, 70_000], [1, 2, 70_000]],
    ['of those who did not', true, [0, 1], [0, 1, 3]],
  ])(
    'asks about those who moved in the cohort it refers to beside its own news: %s',
    async (_, negation, first, last) => {
      const { follow } = fixture.replica();
      const buyers = await fixture.createLive(all(did('buy', negation)));
      const pros = await fixture.createLive(all(inCohort(buyers), planIs('pro')));
      await fixture.addPerson(1, { plan: 'free' }, 'cid');
      if (!negation) {
        await fixture.addEvent(1, 'buy');
      }
      await fixture.setPlan(0, 'pro');
      await follow({ ordinal: 1, born: true, events: ['buy'], properties: ['plan'] });
      await fixture.setPlan(1, 'pro');
      await fixture.addEvent(70_000, 'buy');
      await follow(
        { ordinal: 1, properties: ['plan'] },
        { ordinal: 70_000, events: ['buy'] },
        { ordinal: 0, properties: ['plan'] },
      );
      expect(await fixture.members(pros)).toEqual(first);
      await fixture.addPerson(2, { plan: 'pro' }, 'dora');
      await fixture.addPerson(3, { plan: 'pro' }, 'eve');
      await fixture.addEvent(2, 'buy');
      await follow({ ordinal: 3, born: true, properties: ['plan'] }, { ordinal: 2, born: true, events: ['buy'] });
      expect(await fixture.members(pros)).toEqual(last);
    },
  );

  it('goes by the definition that the version was calculated from, until the next flip', async () => {
    const { follow } = fixture.replica();
    const edited = await fixture.createLive(all(planIs('pro')));
    await follow({ ordinal: 0, properties: ['plan'] });
    await fixture.query(
      'UPDATE cohort SET filters = $3 WHERE project_id = $1 AND id = $2',
      edited,
      JSON.stringify(all(did('buy'))),
    );
    await fixture.setPlan(0, 'pro');
    await fixture.addEvent(70_000, 'buy');
    await fixture.setPlan(70_000, null);
    await follow({ ordinal: 0, properties: ['plan'] }, { ordinal: 70_000, events: ['buy'], properties: ['plan'] });
    expect(await fixture.members(edited)).toEqual([0]);
  });

  it('asks an action by the events of its steps', async () => {
    const { follow } = fixture.replica();
    const { rows } = await fixture.database.pool.query<{ id: number }>(
      `INSERT INTO action (project_id, name, steps) VALUES ($1, 'deal', '[{"event": "buy"}, {"event": "sell"}]') RETURNING id`,
      [fixture.projectId],
    );
    const dealers = await fixture.createLive(all({ ...did('x'), key: rows[0]?.id, event_type: 'actions' }));
    await fixture.addEvent(0, 'sell');
    await follow({ ordinal: 0, events: ['sell'] });
    expect(await fixture.members(dealers)).toEqual([0]);
  });

  it('waits for a flip that is under way, and writes under its version', async () => {
    const { follow } = fixture.replica();
    const cohort = await fixture.createLive(all(planIs('pro')));
    const flip = await fixture.database.pool.connect();
    await flip.query('BEGIN');
    await flip.query('SELECT FROM cohort WHERE id = $1 FOR UPDATE', [cohort]);
    await fixture.setPlan(0, 'pro');
    const followed = follow({ ordinal: 0, properties: ['plan'] });
    await eventually(async () => {
      const { rows } = await fixture.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM cohort%FOR SHARE'`,
      );
      expect(rows).toHaveLength(1);
    });
    await flip.query('UPDATE cohort SET version = 2 WHERE id = $1', [cohort]);
    await flip.query('COMMIT');
    flip.release();
    await followed;
    expect(await fixture.historyOf(cohort)).toEqual([{ entered: [0], left: [], version: 2, reason: 'change' }]);
  });

  it('two replicas that race in one block lose nothing', async () => {
    const replicas = [fixture.replica(), fixture.replica()];
    const buyers = await fixture.createLive(all(did('buy')));
    const quiet = await fixture.createLive(all(did('buy', true)));
    const ordinals = Array.from({ length: 40 }, (_, index) => index + 1);
    await Promise.all(ordinals.map((ordinal) => fixture.addPerson(ordinal, {}, `p${ordinal}`)));
    await Promise.all(
      replicas.map(async ({ follow }, own) => {
        for (const ordinal of ordinals.filter((one) => one % 2 === own)) {
          await fixture.addEvent(ordinal, 'buy');
          await follow({ ordinal, born: true, events: ['buy'] });
        }
      }),
    );
    expect(await fixture.members(buyers)).toEqual(ordinals);
    expect(await fixture.members(quiet)).toEqual([0, 70_000]);
  });
});
