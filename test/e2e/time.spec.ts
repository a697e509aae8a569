import { type CohortMembershipChanged, TOPICS } from '#contracts';
import { eventually, readTopic, useStack } from '#testing';

import { MusterApi } from '../support/muster-api.js';

const did = (negation: boolean) => ({
  ...{ type: 'behavioral', value: 'performed_event', event_type: 'events', key: 'buy' },
  ...{ negation, time_value: 7, time_interval: 'day' },
});

describe('time alone', () => {
  // No calculation but the first, and no event: what changes, time has changed.
  const stack = useStack(['gateway', 'ingestion', 'calculator', 'realtime'], {
    CALCULATOR_SCHEDULE_EVERY_MS: '0',
    SWEEP_INTERVAL_MS: '200',
  });
  const api = new MusterApi(stack);

  it('lets a person out of a cohort and into another, and both are told', async () => {
    await api.capture([{ event: 'buy', distinct_id: 'ann' }]);
    await eventually(async () => {
      expect(await api.storedEvents(stack.database)).toBe(1);
    });
    const recent = await api.createCohort('Bought lately', did(false));
    const lapsed = await api.createCohort('Has not bought lately', did(true));
    expect(await api.calculated(recent.id)).toMatchObject({ count: 1, is_live: true });
    expect(await api.calculated(lapsed.id)).toMatchObject({ count: 0 });
    const shift = (hours: number) =>
      stack.database.pool.query(
        'UPDATE project SET clock_offset = clock_offset + make_interval(hours => $2) WHERE id = $1',
        [stack.project.id, hours],
      );
    await shift(7 * 24);
    await shift(24);
    await eventually(async () => {
      expect(await api.members(recent.id)).toEqual([]);
      expect(await api.members(lapsed.id)).toMatchObject([{ distinct_ids: ['ann'] }]);
    });
    const told = await readTopic<CohortMembershipChanged>(stack, TOPICS.cohortMembershipChanged, (read) =>
      [recent, lapsed].every(({ id }) => read.some(({ value }) => value.cohort_id === id && value.reason === 'time')),
    );
    const ofTime = told.map(({ value }) => value).filter(({ reason }) => reason === 'time');
    const summary = ofTime.map(({ cohort_id, entered, left }) => ({ cohort_id, moved: [entered.length, left.length] }));
    expect(summary).toHaveLength(2);
    expect(summary).toContainEqual({ cohort_id: recent.id, moved: [0, 1] });
    expect(summary).toContainEqual({ cohort_id: lapsed.id, moved: [1, 0] });
  });
});
