import { instantOf, type Leaf, leavesOf, movingEdgesOf, parseFilters } from '#cohort-core';

import { all } from '../testing/live-fixture.js';
import { Paces } from './paces.js';

const did = (time_value: number, time_interval: string, more: object = {}) => ({
  ...{ type: 'behavioral', value: 'performed_event', key: 'buy', event_type: 'events' },
  ...{ time_value, time_interval, ...more },
});
const often = { value: 'performed_event_multiple', operator: 'gte', operator_value: 2 };
const stopped = { value: 'stopped_performing_event', seq_time_value: 1, seq_time_interval: 'hour' };
const newborn = { type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '-30d' };

const leafOf = (condition: object): Leaf => leavesOf(parseFilters(all(condition)).tree)[0]!;

/** Whatever the time of day, also when all of them are about to move. */
describe.each(['2026-03-10T00:00:00Z', '2026-03-10T09:17:31.5Z', '2026-03-10T23:59:30Z'])('at %s', (text) => {
  const at = instantOf(new Date(text));

  it.each([
    ['day', did(30, 'day')],
    ['day', did(2, 'month')],
    ['hour', did(30, 'hour')],
    ['minute', did(30, 'minute')],
    ['moment', did(30, 'day', often)],
    ['moment', newborn],
    ['hour', did(30, 'day', stopped)],
  ] as const)('a leaf moves with the %s', (pace, condition) => {
    const edges = movingEdgesOf(leafOf(condition)).map((edge) => ({ ...edge, names: [], place: '', way: '' }));
    for (const timezone of ['UTC', 'Asia/Kathmandu', 'America/Los_Angeles']) {
      expect(new Paces().paceOf({ edges }, at, timezone)).toBe(pace);
    }
  });
});
