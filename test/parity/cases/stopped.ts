import { onBehavior } from './case.js';

const stopped = {
  value: 'stopped_performing_event',
  time_value: 30,
  time_interval: 'day',
  seq_time_value: 7,
  seq_time_interval: 'day',
};
const red = [{ type: 'event', key: 'color', value: 'red', operator: 'exact' }];

/** spec/filters.md §5: stopped_performing_event. */
export const stoppedCases = onBehavior([
  {
    name: 'did it in the long window, not in the short one',
    did: {
      ann: ['2026-02-01T10:00Z'],
      bob: ['2026-02-01T10:00Z', '2026-02-10T10:00Z'],
      cyd: ['2026-02-10T10:00Z'],
      dan: ['2025-12-01T10:00Z'],
      eve: [],
    },
    leaf: stopped,
    members: ['ann'],
  },
  {
    name: 'both windows begin with a whole day',
    did: {
      ann: ['2026-01-16T00:00Z'],
      bob: ['2026-01-15T23:59:59.999Z'],
      cyd: ['2026-02-07T23:59:59.999Z'],
      dan: ['2026-02-08T00:00Z'],
    },
    leaf: stopped,
    members: ['ann', 'cyd'],
  },
  {
    name: 'later today ends it, tomorrow does not',
    did: {
      ann: ['2026-02-01T10:00Z', '2026-02-15T23:00Z'],
      bob: ['2026-02-01T10:00Z', '2026-02-16T00:00Z'],
    },
    leaf: stopped,
    members: ['bob'],
  },
  {
    name: 'a short window as long as the long one holds nobody',
    did: { ann: ['2026-02-01T10:00Z'], bob: [] },
    leaf: { ...stopped, seq_time_value: 30 },
    members: [],
  },
  {
    name: 'a short window longer than the long one holds nobody',
    did: { ann: ['2026-02-01T10:00Z'] },
    leaf: { ...stopped, seq_time_value: 60 },
    members: [],
  },
  {
    name: 'event_filters hold for both windows',
    did: {
      ann: [
        { did: '2026-02-01T10:00Z', properties: { color: 'red' } },
        { did: '2026-02-10T10:00Z', properties: { color: 'blue' } },
      ],
      bob: [{ did: '2026-02-01T10:00Z', properties: { color: 'blue' } }],
    },
    leaf: { ...stopped, event_filters: red },
    members: ['ann'],
  },
  {
    name: 'the windows may count in different units',
    did: { ann: ['2026-02-15T08:59Z'], bob: ['2026-02-15T09:00Z'] },
    leaf: { ...stopped, time_value: 1, time_interval: 'month', seq_time_value: 3, seq_time_interval: 'hour' },
    members: ['ann'],
  },
]);
