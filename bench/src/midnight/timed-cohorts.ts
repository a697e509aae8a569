const EVENTS = ['buy', 'renew', '$pageview', 'login', 'search', 'share'];
const DAYS = 180;
const USUAL_DAYS = [7, 14, 30, 60, 90];

interface Slot {
  readonly event: string;
  readonly days: number;
  /** Days that many choose. */
  readonly usual: number;
  readonly n: number;
}

const did = (value: string, { event, usual }: Slot, more: object = {}) => ({
  ...{ type: 'behavioral', value, key: event, event_type: 'events' },
  ...{ time_value: usual, time_interval: 'day', ...more },
});
const withinDays = (slot: Slot) => did('performed_event', slot, { time_value: slot.days });
const seats = ({ n }: Slot) => ({ type: 'person', key: 'seats', operator: 'gt', value: (n * 13) % 500 });
const plan = ({ n }: Slot) => ({ type: 'person', key: 'plan', operator: 'exact', value: `p${n % 7}` });
const recent = { seq_time_value: 3, seq_time_interval: 'day' };

const performed = (slot: Slot) => [withinDays(slot)];
const performedWithSeats = (slot: Slot) => [withinDays(slot), seats(slot)];
const lapsed = (slot: Slot) => [{ ...withinDays(slot), negation: true }, plan(slot)];
const big = (slot: Slot) => [
  did('performed_event', slot, {
    event_filters: [{ type: 'event', key: 'amount', operator: 'gt', value: 200 }],
  }),
  seats(slot),
];
const often = (slot: Slot) => [
  did('performed_event_multiple', slot, { operator: 'gte', operator_value: 1 + (slot.n % 3) }),
];
const first = (slot: Slot) => [did('performed_event_first_time', slot), seats(slot)];
const stopped = (slot: Slot) => [did('stopped_performing_event', slot, { ...recent }), plan(slot)];
const restarted = (slot: Slot) => [did('restarted_performing_event', slot, { ...recent })];
const sequence = (slot: Slot) => [
  did('performed_event_sequence', slot, { seq_event: 'share', seq_event_type: 'events', ...recent }),
];
const withinHours = (slot: Slot) => [
  did('performed_event', slot, { time_value: 24 * slot.usual, time_interval: 'hour' }),
];
const withinMinutes = (slot: Slot) => [
  did('performed_event', slot, { time_value: 1_440 * (1 + (slot.days % 6)), time_interval: 'minute' }),
];

/** Twenty cohorts: mostly windows of days, as people make them; one in forty moves with the hour, one with the minute, one in twenty all the time. */
const KINDS: readonly ((slot: Slot) => object[])[] = [
  ...[performed, performedWithSeats, lapsed, big, performed, performedWithSeats, first, stopped, performed],
  ...[performedWithSeats, lapsed, big, often, performed, performedWithSeats, restarted, sequence, lapsed, performed],
];

/** What the live load tells of. */
export const LIVE_EVENT = 'visit';
const LIVE_EVERY = 49;

/** The definition of the n-th cohort. Midnight has something to do in all but one in 49, which are about the events of the live load. */
export function timedFilters(n: number): object {
  const slots = KINDS.length + 1;
  const round = Math.floor(n / slots);
  const kind = KINDS[n % slots] ?? (round % 2 === 0 ? withinHours : withinMinutes);
  const event = n % LIVE_EVERY === 0 ? LIVE_EVENT : (EVENTS[(n + round) % EVENTS.length] ?? '');
  const usual = USUAL_DAYS[(n + round) % USUAL_DAYS.length] ?? 30;
  return { properties: { type: 'AND', values: kind({ n, event, usual, days: 1 + ((n + round) % DAYS) }) } };
}
