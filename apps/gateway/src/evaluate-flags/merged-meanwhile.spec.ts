import { BitmapScope } from '#cohort-core';
import { changeMembers, lockCohort, readClock } from '#persistence';
import { eventually } from '#testing';

import { useFlagAnswers } from '../testing/flag-answers.js';
import { useFlagGateway } from '../testing/flag-gateway.js';
import { tellWorld } from '../testing/tell-world.js';

describe('the flags of a person who is merged away while they are read', () => {
  const { test, flag, list } = useFlagGateway();
  const { ask } = useFlagAnswers(test);

  it('are those of her survivor, who is in her lists now', async () => {
    const { pool } = test.database.database;
    const projectId = test.project.id;
    const { ann, bob } = await tellWorld(test.database.database, test.project, { ann: {}, bob: {} });
    const vip = await list('VIP', { _create_static_person_ids: [ann.uuid] });
    const cohort = { type: 'cohort', key: 'id', value: vip.id };
    await flag({ groups: [{ properties: [cohort] }] }, { key: 'in' });
    await flag({ groups: [{ properties: [{ ...cohort, operator: 'not_in' }] }] }, { key: 'out' });
    let asking: ReturnType<typeof ask> | undefined;
    await test.database.database.transaction(async (merge) => {
      using scope = new BitmapScope();
      // Her facts are read, her cohorts are asked for.
      await merge.query('LOCK membership_epoch IN ACCESS EXCLUSIVE MODE');
      asking = ask('/flags/?v=2', { distinct_id: 'ann' });
      const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await eventually(async () => {
        expect((await pool.query(waiting)).rowCount).toBe(1);
      });
      const values = [projectId, ann.ordinal, bob.ordinal];
      await merge.query('UPDATE person SET merged_into = $3 WHERE project_id = $1 AND ordinal = $2', values);
      await merge.query('UPDATE person_distinct_id SET ordinal = $3 WHERE project_id = $1 AND ordinal = $2', values);
      const ids = { projectId, cohortId: vip.id };
      await lockCohort(merge, ids, 'SHARE');
      const moved = { add: scope.of([bob.ordinal]), remove: scope.of([ann.ordinal]), reason: 'merge' };
      await changeMembers(merge, { ...ids, ...moved, at: await readClock(merge, projectId) });
    });
    expect((await asking)?.body).toMatchObject({
      flags: { in: { enabled: true }, out: { enabled: false } },
      errorsWhileComputingFlags: false,
    });
  });
});
