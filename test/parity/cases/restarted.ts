import { onBehavior } from './case.js';

const restarted = {
  value: 'restarted_performing_event',
  time_value: 30,
  time_interval: 'day',
  seq_time_value: 7,
  seq_time_interval: 'day',
};
const longAgo = '2025-12-01T10:00Z';

/** spec/filters.md §5: restarted_performing_event. Quiet from 16 January to 8 February, both days whole. */
export const restartedCases = onBehavior([
  {
    name: 'did it long ago, was quiet, does it again',
    did: {
      ann: [longAgo, '2026-02-10T10:00Z'],
      bob: [longAgo, '2026-01-20T10:00Z', '2026-02-10T10:00Z'],
      cyd: ['2026-02-10T10:00Z'],
      dan: [longAgo],
      eve: [],
    },
    leaf: restarted,
    members: ['ann'],
  },
  {
    name: 'the quiet range begins with a whole day',
    did: {
      ann: ['2026-01-15T23:59:59.999Z', '2026-02-10T10:00Z'],
      bob: ['2026-01-16T00:00Z', '2026-02-10T10:00Z'],
    },
    leaf: restarted,
    members: ['ann'],
  },
  {
    name: 'the boundary day lies in both ranges: an event on it breaks the quiet',
    did: {
      ann: [longAgo, '2026-02-08T00:00Z'],
      bob: [longAgo, '2026-02-08T23:59:59.999Z', '2026-02-10T10:00Z'],
      cyd: [longAgo, '2026-02-09T00:00Z'],
    },
    leaf: restarted,
    members: ['cyd'],
  },
  {
    name: 'later today counts as again, tomorrow does not',
    did: { ann: [longAgo, '2026-02-15T23:00Z'], bob: [longAgo, '2026-02-16T00:00Z'] },
    leaf: restarted,
    members: ['ann'],
  },
  {
    name: 'a first time inside the recent window is no restart',
    did: { ann: ['2026-02-09T10:00Z', '2026-02-14T10:00Z'] },
    leaf: restarted,
    members: [],
  },
  {
    name: 'event_filters are ignored',
    did: { ann: [longAgo, '2026-02-10T10:00Z'] },
    leaf: { ...restarted, event_filters: [{ type: 'event', key: 'color', value: 'red', operator: 'exact' }] },
    members: ['ann'],
  },
  {
    name: 'in hours: the quiet range ends with the hour in which the recent window begins',
    did: {
      ann: [longAgo, '2026-02-15T10:00Z'],
      bob: [longAgo, '2026-02-15T09:59:59.999Z', '2026-02-15T11:00Z'],
    },
    leaf: { ...restarted, time_value: 2, seq_time_value: 3, seq_time_interval: 'hour' },
    members: ['ann'],
  },
  {
    name: 'in minutes: the quiet range ends with the minute in which the recent window begins',
    did: {
      ann: [longAgo, '2026-02-15T11:31Z'],
      bob: [longAgo, '2026-02-15T11:30:59.999Z', '2026-02-15T11:45Z'],
    },
    leaf: { ...restarted, time_value: 2, seq_time_value: 30, seq_time_interval: 'minute' },
    members: ['ann'],
  },
  {
    name: 'a quiet range that ends before it begins asks for nothing',
    did: {
      ann: ['2026-02-01T10:00Z', '2026-02-10T10:00Z'],
      bob: ['2026-02-10T10:00Z'],
      cyd: ['2026-02-05T00:00Z', '2026-02-10T10:00Z'],
    },
    leaf: { ...restarted, time_value: 5, seq_time_value: 10 },
    members: ['ann'],
  },
]);
