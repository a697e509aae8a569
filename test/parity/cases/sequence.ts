import { onBehavior } from './case.js';

const viewThenBuy = {
  value: 'performed_event_sequence',
  key: 'view',
  time_value: 7,
  time_interval: 'day',
  seq_event: 'buy',
  seq_event_type: 'events',
  seq_time_value: 2,
  seq_time_interval: 'day',
};
const buyTwice = { ...viewThenBuy, key: 'buy' };

/** spec/filters.md §5: performed_event_sequence. */
export const sequenceCases = onBehavior([
  {
    name: 'the second after the first',
    did: {
      ann: ['view 2026-02-10T10:00Z', 'buy 2026-02-10T11:00Z'],
      bob: ['buy 2026-02-10T10:00Z', 'view 2026-02-10T11:00Z'],
      cyd: ['view 2026-02-10T10:00Z'],
      dan: ['buy 2026-02-10T10:00Z'],
    },
    leaf: viewThenBuy,
    members: ['ann'],
  },
  {
    name: 'at most seq_time later, inclusive to the millisecond',
    did: {
      ann: ['view 2026-02-10T10:00:00.000Z', 'buy 2026-02-12T10:00:00.000Z'],
      bob: ['view 2026-02-10T10:00:00.000Z', 'buy 2026-02-12T10:00:00.001Z'],
    },
    leaf: viewThenBuy,
    members: ['ann'],
  },
  {
    name: 'strictly later: the same instant is not enough',
    did: {
      ann: ['view 2026-02-10T10:00:00.000Z', 'buy 2026-02-10T10:00:00.000Z'],
      bob: ['view 2026-02-10T10:00:00.000Z', 'buy 2026-02-10T10:00:00.001Z'],
    },
    leaf: viewThenBuy,
    members: ['bob'],
  },
  {
    name: 'other events may lie between',
    did: { ann: ['view 2026-02-10T10:00Z', 'help 2026-02-10T10:30Z', 'buy 2026-02-10T11:00Z'] },
    leaf: viewThenBuy,
    members: ['ann'],
  },
  {
    name: 'any pair counts: the closest first event, not the first ever',
    did: { ann: ['view 2026-02-09T10:00Z', 'view 2026-02-13T10:00Z', 'buy 2026-02-14T10:00Z'] },
    leaf: viewThenBuy,
    members: ['ann'],
  },
  {
    name: 'any pair counts: an early second event does not spoil a later one',
    did: { ann: ['buy 2026-02-09T10:00Z', 'view 2026-02-10T10:00Z', 'buy 2026-02-11T10:00Z'] },
    leaf: viewThenBuy,
    members: ['ann'],
  },
  {
    name: 'both must lie inside the outer window',
    did: {
      ann: ['view 2026-02-07T23:59:59.999Z', 'buy 2026-02-08T10:00Z'],
      bob: ['view 2026-02-08T00:00Z', 'buy 2026-02-08T10:00Z'],
      cyd: ['view 2026-02-15T20:00Z', 'buy 2026-02-16T00:00Z'],
      dan: ['view 2026-02-15T20:00Z', 'buy 2026-02-15T23:00Z'],
    },
    leaf: viewThenBuy,
    members: ['bob', 'dan'],
  },
  {
    name: 'the same event twice needs two events',
    did: { ann: ['2026-02-10T10:00Z'], bob: ['2026-02-10T10:00Z', '2026-02-11T10:00Z'] },
    leaf: buyTwice,
    members: ['bob'],
  },
  {
    name: 'a month of the gap is 30 days',
    at: '2026-03-15T12:00Z',
    did: {
      ann: ['view 2026-02-10T10:00Z', 'buy 2026-03-12T10:00Z'],
      bob: ['view 2026-02-10T10:00Z', 'buy 2026-03-12T10:01Z'],
    },
    leaf: { ...viewThenBuy, time_value: 2, time_interval: 'month', seq_time_value: 1, seq_time_interval: 'month' },
    members: ['ann'],
  },
  {
    name: 'a year of the gap is 365 days, in a leap year too',
    at: '2025-02-15T12:00Z',
    did: {
      ann: ['view 2024-01-10T10:00Z', 'buy 2025-01-09T10:00Z'],
      bob: ['view 2024-01-10T10:00Z', 'buy 2025-01-10T10:00Z'],
    },
    leaf: { ...viewThenBuy, time_value: 2, time_interval: 'year', seq_time_value: 1, seq_time_interval: 'year' },
    members: ['ann'],
  },
  {
    name: 'a day of the gap is 24 hours, over a change of the clock too',
    timezone: 'Europe/Berlin',
    at: '2026-03-31T12:00Z',
    did: {
      ann: ['view 2026-03-28T11:00Z', 'buy 2026-03-29T11:00Z'],
      bob: ['view 2026-03-28T11:00Z', 'buy 2026-03-29T11:00:00.001Z'],
    },
    leaf: { ...viewThenBuy, seq_time_value: 1 },
    members: ['ann'],
  },
  {
    name: 'minutes and hours of the gap',
    did: {
      ann: ['view 2026-02-10T10:00Z', 'buy 2026-02-10T11:30Z'],
      bob: ['view 2026-02-10T10:00Z', 'buy 2026-02-10T11:30:00.001Z'],
    },
    leaf: { ...viewThenBuy, seq_time_value: 90, seq_time_interval: 'minute' },
    members: ['ann'],
  },
  {
    name: 'event_filters are ignored',
    did: { ann: ['view 2026-02-10T10:00Z', 'buy 2026-02-10T11:00Z'] },
    leaf: { ...viewThenBuy, event_filters: [{ type: 'event', key: 'color', value: 'red', operator: 'exact' }] },
    members: ['ann'],
  },
  {
    name: 'the second may be an action',
    did: {
      ann: ['view 2026-02-10T10:00Z', { did: 'buy 2026-02-10T11:00Z', properties: { color: 'red' } }],
      bob: ['view 2026-02-10T10:00Z', { did: 'buy 2026-02-10T11:00Z', properties: { color: 'blue' } }],
    },
    actions: { 5: { steps: [{ event: 'buy', properties: [{ type: 'event', key: 'color', value: 'red' }] }] } },
    leaf: { ...viewThenBuy, seq_event: 5, seq_event_type: 'actions' },
    members: ['ann'],
  },
]);
