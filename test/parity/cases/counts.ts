import { onBehavior } from './case.js';

const days = (operator: string | undefined, wanted: number): { value: string; [field: string]: unknown } => ({
  value: 'performed_event_multiple',
  time_value: 7,
  time_interval: 'day',
  operator,
  operator_value: wanted,
});
const one = ['2026-02-14T10:00Z'];
const two = [...one, '2026-02-14T11:00Z'];
const three = [...two, '2026-02-14T12:00Z'];
const byCount = { nil: [], one, two, three };

/** spec/filters.md §5: performed_event_multiple, and its rolling window (D6). */
export const countCases = onBehavior([
  { name: 'gte 2', did: byCount, leaf: days('gte', 2), members: ['two', 'three'] },
  { name: 'gt 2', did: byCount, leaf: days('gt', 2), members: ['three'] },
  { name: 'lte 1 never includes zero', did: byCount, leaf: days('lte', 1), members: ['one'] },
  { name: 'lt 3 never includes zero', did: byCount, leaf: days('lt', 3), members: ['one', 'two'] },
  { name: 'eq 2', did: byCount, leaf: days('eq', 2), members: ['two'] },
  { name: 'exact 3', did: byCount, leaf: days('exact', 3), members: ['three'] },
  { name: 'no operator means exact', did: byCount, leaf: days(undefined, 1), members: ['one'] },
  {
    name: 'performed_event_multiple_times is an alias',
    did: byCount,
    leaf: { ...days('gte', 3), value: 'performed_event_multiple_times' },
    members: ['three'],
  },
  {
    name: 'the window begins at the exact instant, exclusive',
    did: { ann: ['2026-02-08T12:00:00.001Z'], bob: ['2026-02-08T12:00:00.000Z'] },
    leaf: days('gte', 1),
    members: ['ann'],
  },
  {
    name: 'an event outside the window lowers the count: lte lets in',
    did: { ann: ['2026-02-08T11:00Z', ...one], bob: two },
    leaf: days('lte', 1),
    members: ['ann'],
  },
  {
    name: 'the window ends five seconds after now, exclusive',
    did: { ann: ['2026-02-15T12:00:04.999Z'], bob: ['2026-02-15T12:00:05.000Z'] },
    leaf: days('gte', 1),
    members: ['ann'],
  },
  {
    name: 'months of the rolling window clamp and keep the time of day',
    at: '2026-03-31T12:00Z',
    did: { ann: ['2026-02-28T12:00:00.001Z'], bob: ['2026-02-28T12:00:00.000Z'] },
    leaf: { ...days('gte', 1), time_value: 1, time_interval: 'month' },
    members: ['ann'],
  },
  {
    name: 'hours of the rolling window are not rounded',
    at: '2026-02-15T12:34:56Z',
    did: { ann: ['2026-02-15T09:34:56.001Z'], bob: ['2026-02-15T09:34:56Z'] },
    leaf: { ...days('gte', 1), time_value: 3, time_interval: 'hour' },
    members: ['ann'],
  },
  {
    name: 'a day back over the start of summer time keeps the time on the clock',
    timezone: 'Europe/Berlin',
    at: '2026-03-29T10:00Z',
    did: { ann: ['2026-03-28T11:00:00.001Z'], bob: ['2026-03-28T11:00Z'] },
    leaf: { ...days('gte', 1), time_value: 1 },
    members: ['ann'],
  },
  {
    name: 'explicit_datetime is the exact instant, exclusive',
    did: { ann: ['2026-02-12T08:30:00.001Z'], bob: ['2026-02-12T08:30:00Z'] },
    leaf: { ...days('gte', 1), explicit_datetime: '2026-02-12T08:30:00Z' },
    members: ['ann'],
  },
  {
    name: 'explicit_datetime relative is the exact instant, exclusive',
    did: { ann: ['2026-02-12T12:00:00.001Z'], bob: ['2026-02-12T12:00:00Z'] },
    leaf: { ...days('gte', 1), explicit_datetime: '-3d' },
    members: ['ann'],
  },
  {
    name: 'explicit_datetime_to is exclusive and not extended: it leaves out its own day',
    did: { ann: ['2026-02-11T23:59:59.999Z'], bob: ['2026-02-12T00:00Z'] },
    leaf: { ...days('gte', 1), explicit_datetime: '2026-02-10', explicit_datetime_to: '2026-02-12' },
    members: ['ann'],
  },
  {
    name: 'explicit_datetime_to relative is the exact instant, exclusive',
    did: { ann: ['2026-02-13T11:59:59.999Z'], bob: ['2026-02-13T12:00Z'] },
    leaf: { ...days('gte', 1), explicit_datetime: '-10d', explicit_datetime_to: '-2d' },
    members: ['ann'],
  },
  {
    name: 'events at one instant count each',
    did: { ann: ['2026-02-14T10:00Z', '2026-02-14T10:00Z'], bob: one },
    leaf: days('eq', 2),
    members: ['ann'],
  },
]);
