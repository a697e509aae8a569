import { onBehavior } from './case.js';

const regularly = (
  period: [number, string],
  [min, total]: [number, number],
  count: [string | undefined, number] = ['gte', 1],
): { value: string; [field: string]: unknown } => ({
  value: 'performed_event_regularly',
  time_value: period[0],
  time_interval: period[1],
  min_periods: min,
  total_periods: total,
  operator: count[0],
  operator_value: count[1],
});

/** spec/filters.md §5: performed_event_regularly. Now is Sunday 2026-02-15, so yesterday is the 14th. */
export const regularlyCases = onBehavior([
  {
    name: 'on 2 of the last 3 days',
    did: {
      ann: ['2026-02-14T10:00Z', '2026-02-12T10:00Z'],
      bob: ['2026-02-14T10:00Z', '2026-02-14T20:00Z'],
      cyd: ['2026-02-13T10:00Z', '2026-02-10T10:00Z'],
    },
    leaf: regularly([1, 'day'], [2, 3]),
    members: ['ann'],
  },
  {
    name: 'today never counts',
    did: { ann: ['2026-02-15T01:00Z', '2026-02-14T10:00Z'], bob: ['2026-02-14T10:00Z', '2026-02-13T10:00Z'] },
    leaf: regularly([1, 'day'], [2, 3]),
    members: ['bob'],
  },
  {
    name: 'the window begins with the day now - N * total',
    did: {
      ann: ['2026-02-14T10:00Z', '2026-02-12T00:00Z'],
      bob: ['2026-02-14T10:00Z', '2026-02-11T23:59:59.999Z'],
    },
    leaf: regularly([1, 'day'], [2, 3]),
    members: ['ann'],
  },
  {
    name: 'yesterday ends at midnight',
    did: { ann: ['2026-02-14T23:59:59.999Z'], bob: ['2026-02-15T00:00Z'] },
    leaf: regularly([1, 'day'], [1, 2]),
    members: ['ann'],
  },
  {
    name: 'each period needs the count',
    did: {
      ann: ['2026-02-14T10:00Z', '2026-02-14T11:00Z', '2026-02-13T10:00Z', '2026-02-13T11:00Z'],
      bob: ['2026-02-14T10:00Z', '2026-02-14T11:00Z', '2026-02-14T12:00Z', '2026-02-13T11:00Z'],
    },
    leaf: regularly([1, 'day'], [2, 3], ['gte', 2]),
    members: ['ann'],
  },
  {
    name: 'lte: a period without events does not exist',
    did: {
      ann: ['2026-02-14T10:00Z', '2026-02-13T10:00Z'],
      bob: ['2026-02-14T10:00Z'],
      cyd: ['2026-02-14T10:00Z', '2026-02-14T11:00Z', '2026-02-13T10:00Z'],
      dan: [],
    },
    leaf: regularly([1, 'day'], [2, 3], ['lte', 1]),
    members: ['ann'],
  },
  {
    name: 'no operator means exactly',
    did: { ann: ['2026-02-14T10:00Z'], bob: ['2026-02-14T10:00Z', '2026-02-14T11:00Z'] },
    leaf: regularly([1, 'day'], [1, 2], [undefined, 2]),
    members: ['bob'],
  },
  {
    name: 'periods of two days count back from yesterday: 14+13, 12+11',
    did: {
      ann: ['2026-02-13T00:00Z', '2026-02-12T23:00Z'],
      bob: ['2026-02-14T10:00Z', '2026-02-13T10:00Z'],
      cyd: ['2026-02-12T10:00Z', '2026-02-11T10:00Z'],
    },
    leaf: regularly([2, 'day'], [2, 2]),
    members: ['ann'],
  },
  {
    name: 'weeks count back from yesterday: 8-14, 1-7',
    did: {
      ann: ['2026-02-08T00:00Z', '2026-02-07T23:00Z'],
      bob: ['2026-02-14T10:00Z', '2026-02-08T10:00Z'],
    },
    leaf: regularly([1, 'week'], [2, 2]),
    members: ['ann'],
  },
  {
    name: 'weeks: the window begins on the Sunday of its first week (D9), which can add a period',
    at: '2026-02-18T12:00Z',
    did: { ann: ['2026-02-17T10:00Z', '2026-02-01T00:00Z'], bob: ['2026-02-17T10:00Z', '2026-01-31T23:59Z'] },
    leaf: regularly([1, 'week'], [2, 2]),
    members: ['ann'],
  },
  {
    name: 'months count back from yesterday: 15 Jan - 14 Feb is the newest',
    did: {
      ann: ['2026-01-15T00:00Z', '2026-01-14T23:59Z'],
      bob: ['2026-02-14T10:00Z', '2026-01-15T00:00Z'],
    },
    leaf: regularly([1, 'month'], [2, 3]),
    members: ['ann'],
  },
  {
    name: 'months: the window begins on the first of its month, which can add a period',
    did: { ann: ['2026-02-01T10:00Z', '2025-12-01T00:00Z'], bob: ['2026-02-01T10:00Z', '2025-11-30T23:59Z'] },
    leaf: regularly([1, 'month'], [2, 2]),
    members: ['ann'],
  },
  {
    name: 'months back from the last of February: the 31st of January lies less than a month back',
    at: '2026-03-01T12:00Z',
    did: { ann: ['2026-02-20T10:00Z', '2026-01-31T10:00Z'], bob: ['2026-02-20T10:00Z', '2026-01-28T10:00Z'] },
    leaf: regularly([1, 'month'], [2, 2]),
    members: ['bob'],
  },
  {
    name: 'a year is twelve months',
    did: {
      ann: ['2025-06-01T10:00Z', '2024-06-01T10:00Z'],
      bob: ['2025-06-01T10:00Z', '2025-02-15T10:00Z'],
    },
    leaf: regularly([1, 'year'], [2, 2]),
    members: ['ann'],
  },
  {
    name: 'hours count back from the end of yesterday; the window begins with a whole day',
    did: {
      ann: ['2026-02-14T23:00:00.000Z', '2026-02-14T22:59:59.999Z'],
      bob: ['2026-02-14T23:00:00.000Z', '2026-02-14T23:59:59.999Z'],
      cyd: ['2026-02-14T20:00Z', '2026-02-14T00:00Z'],
      dan: ['2026-02-14T20:00Z', '2026-02-13T23:59Z'],
    },
    leaf: regularly([1, 'hour'], [2, 24]),
    members: ['ann', 'cyd'],
  },
  {
    name: 'minutes count back from the end of yesterday',
    did: {
      ann: ['2026-02-14T23:59:00.000Z', '2026-02-14T23:58:59.999Z'],
      bob: ['2026-02-14T23:59:00.000Z', '2026-02-14T23:59:59.999Z'],
    },
    leaf: regularly([1, 'minute'], [2, 900]),
    members: ['ann'],
  },
  {
    name: 'days are local days',
    timezone: 'America/New_York',
    did: { ann: ['2026-02-15T04:00Z', '2026-02-14T04:00Z'], bob: ['2026-02-14T06:00Z', '2026-02-14T22:00Z'] },
    leaf: regularly([1, 'day'], [2, 3]),
    members: ['ann'],
  },
  {
    name: 'event_filters are ignored',
    did: { ann: ['2026-02-14T10:00Z', '2026-02-13T10:00Z'] },
    leaf: {
      ...regularly([1, 'day'], [2, 3]),
      event_filters: [{ type: 'event', key: 'color', value: 'red', operator: 'exact' }],
    },
    members: ['ann'],
  },
]);
