import { all, onProperty, story } from './case.js';

const SAO_PAULO = 'America/Sao_Paulo';

/** spec/filters.md §4 Dates. */
export const dateCases = [
  ...onProperty([
    {
      name: 'is_date_before is strict; unparseable and missing never pass',
      has: { ann: '2026-02-09', bob: '2026-02-10', cyd: 'soon', dan: undefined, eve: '2026-02-30', fay: true },
      is: { operator: 'is_date_before', value: '2026-02-10' },
      members: ['ann'],
    },
    {
      name: 'is_date_after is strict',
      has: { ann: '2026-02-10T00:00:00Z', bob: '2026-02-10T00:00:00.001Z', cyd: '2026-02-09' },
      is: { operator: 'is_date_after', value: '2026-02-10' },
      members: ['bob'],
    },
    {
      name: 'is_date_exact is the equal instant, not the same day',
      has: { ann: '2026-02-10', bob: '2026-02-10T00:00:00Z', cyd: '2026-02-10T10:00:00Z', dan: '2026-02-10 00:00' },
      is: { operator: 'is_date_exact', value: '2026-02-10' },
      members: ['ann', 'bob', 'dan'],
    },
    {
      name: 'a date alone is midnight in the project timezone',
      timezone: 'America/New_York',
      has: { ann: '2026-02-10T04:59:59Z', bob: '2026-02-10T05:00:01Z' },
      is: { operator: 'is_date_after', value: '2026-02-10' },
      members: ['bob'],
    },
    {
      name: 'a stored date without offset is in the project timezone too',
      timezone: 'Asia/Kathmandu',
      has: { ann: '2026-02-10', bob: '2026-02-09T18:15:00Z', cyd: '2026-02-10T00:00:00Z' },
      is: { operator: 'is_date_exact', value: '2026-02-10T00:00:00' },
      members: ['ann', 'bob'],
    },
    {
      name: 'an offset names the instant, whatever the timezone',
      timezone: 'America/New_York',
      has: { ann: '2026-02-10T12:00:00+02:00', bob: '2026-02-10T10:00:00Z', cyd: '2026-02-10T10:00:00' },
      is: { operator: 'is_date_exact', value: '2026-02-10T10:00:00Z' },
      members: ['ann', 'bob'],
    },
    {
      name: 'unix seconds, as number or digits, are dates',
      has: { ann: 1770681600, bob: '1770681600', cyd: 1770681601, dan: 1770681600.5 },
      is: { operator: 'is_date_exact', value: '2026-02-10' },
      members: ['ann', 'bob'],
    },
    {
      name: 'any number is unix seconds: an age lies in 1970',
      has: { ann: 30, bob: '30', cyd: 'thirty' },
      is: { operator: 'is_date_before', value: '1970-01-02' },
      members: ['ann', 'bob'],
    },
    {
      name: '-7d is the exact instant seven days ago, not a midnight',
      has: { ann: '2026-02-08T11:59:59.999Z', bob: '2026-02-08T12:00:00Z', cyd: '2026-02-08T12:00:00.001Z' },
      is: { operator: 'is_date_after', value: '-7d' },
      members: ['cyd'],
    },
    {
      name: '7d is the past as well',
      has: { ann: '2026-02-08T11:59:59.999Z', bob: '2026-02-08T12:00:00Z' },
      is: { operator: 'is_date_before', value: '7d' },
      members: ['ann'],
    },
    {
      name: 'is_date_exact with a relative value is that instant',
      has: { ann: '2026-02-15T11:00:00Z', bob: '2026-02-15T11:00:01Z' },
      is: { operator: 'is_date_exact', value: '-1h' },
      members: ['ann'],
    },
    {
      name: 'h counts hours',
      has: { ann: '2026-02-14T11:59:00Z', bob: '2026-02-14T12:01:00Z' },
      is: { operator: 'is_date_after', value: '-24h' },
      members: ['bob'],
    },
    {
      name: 'w counts seven days',
      has: { ann: '2026-02-01T11:59:00Z', bob: '2026-02-01T12:01:00Z' },
      is: { operator: 'is_date_after', value: '-2w' },
      members: ['bob'],
    },
    {
      name: 'm counts calendar months',
      has: { ann: '2026-01-15T11:59:00Z', bob: '2026-01-15T12:01:00Z' },
      is: { operator: 'is_date_after', value: '-1m' },
      members: ['bob'],
    },
    {
      name: 'm clamps to the last day of a shorter month',
      at: '2026-03-31T12:00:00Z',
      has: { ann: '2026-02-28T11:59:00Z', bob: '2026-02-28T12:01:00Z' },
      is: { operator: 'is_date_after', value: '-1m' },
      members: ['bob'],
    },
    {
      name: 'y counts calendar years and clamps the 29th of February',
      at: '2024-02-29T12:00:00Z',
      has: { ann: '2023-02-28T11:59:00Z', bob: '2023-02-28T12:01:00Z' },
      is: { operator: 'is_date_after', value: '-1y' },
      members: ['bob'],
    },
    {
      name: 'a day back over the start of summer time is the same time on the clock',
      timezone: 'Europe/Berlin',
      at: '2026-03-29T10:00:00Z',
      has: { ann: '2026-03-28T10:59:00Z', bob: '2026-03-28T11:01:00Z' },
      is: { operator: 'is_date_after', value: '-1d' },
      members: ['bob'],
    },
    {
      name: '24h over the start of summer time is 24 hours by the stopwatch',
      timezone: 'Europe/Berlin',
      at: '2026-03-29T10:00:00Z',
      has: { ann: '2026-03-28T09:59:00Z', bob: '2026-03-28T10:01:00Z' },
      is: { operator: 'is_date_after', value: '-24h' },
      members: ['bob'],
    },
    {
      name: 'a midnight that the clock skips is one o’clock, the first moment of that day',
      timezone: SAO_PAULO,
      at: '2018-11-10T12:00:00Z',
      has: { ann: '2018-11-04T02:59:59Z', bob: '2018-11-04T03:00:00Z', cyd: '2018-11-04' },
      is: { operator: 'is_date_exact', value: '2018-11-04' },
      members: ['bob', 'cyd'],
    },
    {
      name: 'a time that comes twice is its first coming',
      timezone: 'Europe/Berlin',
      at: '2026-10-30T12:00:00Z',
      has: { ann: '2026-10-25T00:30:00Z', bob: '2026-10-25T01:30:00Z' },
      is: { operator: 'is_date_exact', value: '2026-10-25T02:30:00' },
      members: ['ann'],
    },
    {
      name: 'loose dates are understood in a filter',
      has: { ann: '2024-01-14', bob: '2024-01-16' },
      is: { operator: 'is_date_after', value: 'January 15, 2024' },
      members: ['bob'],
    },
  ]),
  story({
    name: 'person_metadata created_at reads the person, never a property of that name',
    given: {
      ann: { createdAt: '2026-02-01T00:00Z' },
      bob: { createdAt: '2025-01-01T00:00Z', properties: { created_at: '2026-02-10' } },
    },
    filters: all({ type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '2026-01-01' }),
    members: ['ann'],
  }),
  story({
    name: 'created_at in the last 14 days, to the instant',
    given: { ann: { createdAt: '2026-02-01T11:59:59.999Z' }, bob: { createdAt: '2026-02-01T12:00:00.001Z' } },
    filters: all({ type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '-14d' }),
    members: ['bob'],
  }),
  story({
    name: 'a person property named created_at is an ordinary property',
    given: { ann: { createdAt: '2026-02-01T00:00Z' }, bob: { properties: { created_at: '2026-02-10' } } },
    filters: all({ type: 'person', key: 'created_at', operator: 'is_date_after', value: '2026-01-01' }),
    members: ['bob'],
  }),
];
