const EVENTS = ['buy', 'renew', '$pageview', 'login', 'search', 'share'];

const person = (key: string, operator: string, value?: unknown) => ({ type: 'person', key, operator, value });

const did = (value: string, n: number, more: object = {}) => ({
  type: 'behavioral',
  value,
  key: EVENTS[n % EVENTS.length],
  event_type: 'events',
  time_value: 1 + ((n * 7) % 90),
  time_interval: 'day',
  ...more,
});

const bigAmount = { event_filters: [{ type: 'event', key: 'amount', operator: 'gt', value: 400 }] };
const recent = { seq_time_value: 3, seq_time_interval: 'day' };

/** One list of conditions for each n, in turn of every kind; what `loadFacts` stores finds somebody, and not everybody. */
const KINDS: readonly ((n: number) => object[])[] = [
  (n) => [person('plan', 'exact', `p${n % 7}`)],
  (n) => [person('seats', 'gt', (n * 13) % 500)],
  (n) => [person('email', 'icontains', `${n % 10}@example`), person('country', 'is_not', 'CA')],
  (n) => [did('performed_event', n)],
  (n) => [{ ...did('performed_event', n), negation: true }, person('plan', 'exact', `p${n % 7}`)],
  (n) => [did('performed_event', n, bigAmount)],
  (n) => [did('performed_event_multiple', n, { operator: 'gte', operator_value: 2 + (n % 3) })],
  (n) => [did('performed_event_first_time', n)],
  (n) => [did('stopped_performing_event', n, { ...recent, time_value: 30 + (n % 60) })],
  (n) => [did('restarted_performing_event', n, { ...recent, time_value: 30 + (n % 60) })],
  (n) => [did('performed_event_sequence', n, { seq_event: EVENTS[(n + 1) % 6], seq_event_type: 'events', ...recent })],
  (n) => [
    did('performed_event_regularly', n, {
      time_value: 7,
      min_periods: 2,
      total_periods: 4,
      operator: 'gte',
      operator_value: 1,
    }),
  ],
];

/** Ends with the number of the cohort so that no two are the same definition; one in twenty refers to another. */
export function mixedFilters(n: number, others: readonly number[]): object {
  const kind = KINDS[n % KINDS.length];
  const own = kind === undefined ? [] : kind(n);
  const refers = n % 20 === 19 && others.length > 0;
  const reference = refers
    ? [{ type: 'cohort', key: 'id', value: others[n % others.length], negation: n % 40 === 19 }]
    : [];
  return { properties: { type: 'AND', values: [...own, ...reference] } };
}
