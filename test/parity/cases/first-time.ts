import { type Did, onBehavior } from './case.js';

const firstIn7Days = { value: 'performed_event_first_time', time_value: 7, time_interval: 'day' };
const red = [{ type: 'event', key: 'color', value: 'red', operator: 'exact' }];
const buy = (did: string, color: string): Did => ({ did, properties: { color } });

/** spec/filters.md §5: performed_event_first_time. */
export const firstTimeCases = onBehavior([
  {
    name: 'the first ever lies in the window',
    did: { ann: ['2026-02-10T10:00Z'], bob: ['2025-01-01T10:00Z', '2026-02-10T10:00Z'], cyd: [] },
    leaf: firstIn7Days,
    members: ['ann'],
  },
  {
    name: 'the window begins with its first day',
    did: { ann: ['2026-02-08T00:00Z'], bob: ['2026-02-07T23:59:59.999Z'] },
    leaf: firstIn7Days,
    members: ['ann'],
  },
  {
    name: 'later today counts, tomorrow does not',
    did: { ann: ['2026-02-15T23:00Z'], bob: ['2026-02-16T00:00Z'] },
    leaf: firstIn7Days,
    members: ['ann'],
  },
  {
    name: 'other events before do not matter',
    did: { ann: ['view 2020-01-01T10:00Z', '2026-02-10T10:00Z'] },
    leaf: firstIn7Days,
    members: ['ann'],
  },
  {
    name: 'with event_filters: the very first must itself satisfy them',
    did: {
      ann: [buy('2026-02-10T10:00Z', 'red')],
      bob: [buy('2026-02-10T10:00Z', 'blue'), buy('2026-02-11T10:00Z', 'red')],
      cyd: [buy('2026-02-10T10:00Z', 'red'), buy('2026-02-11T10:00Z', 'blue')],
    },
    leaf: { ...firstIn7Days, event_filters: red },
    members: ['ann', 'cyd'],
  },
  {
    name: 'an unfiltered first before the window keeps her out',
    did: { ann: [buy('2026-01-01T10:00Z', 'blue'), buy('2026-02-11T10:00Z', 'red')] },
    leaf: { ...firstIn7Days, event_filters: red },
    members: [],
  },
  {
    name: 'several firsts at one instant: any may satisfy the filters (D9)',
    did: { ann: [buy('2026-02-10T10:00Z', 'blue'), buy('2026-02-10T10:00Z', 'red')] },
    leaf: { ...firstIn7Days, event_filters: red },
    members: ['ann'],
  },
  {
    name: 'explicit range: the first ever lies in it',
    did: { ann: ['2026-01-10T10:00Z', '2026-02-10T10:00Z'], bob: ['2026-01-13T00:00Z'], cyd: ['2026-01-12T23:59Z'] },
    leaf: {
      value: 'performed_event_first_time',
      explicit_datetime: '2026-01-10',
      explicit_datetime_to: '2026-01-12',
    },
    members: ['ann', 'cyd'],
  },
  {
    name: 'a first dated after today is not yet one, even in a range that reaches there',
    did: { ann: ['2026-02-18T10:00Z'], bob: ['2026-02-15T13:00Z'], cyd: ['2026-02-16T00:00Z'] },
    leaf: {
      value: 'performed_event_first_time',
      explicit_datetime: '2026-02-10',
      explicit_datetime_to: '2026-02-20',
    },
    members: ['bob'],
  },
]);
