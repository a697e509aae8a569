import fc from 'fast-check';

import { instantAt, type Place } from './places.js';
import { elementFilterArbitrary, propertyFilterArbitrary } from './property-filters.js';
import { writeDate } from './vocabulary.js';
import { whenArbitrary } from './whens.js';

type Fields = Record<string, unknown>;
type Range = [min: number, max: number];

const EVENT_KEYS = ['buy', 'buy', 'buy', 'buy', 'buy', 'view', 'view', 'view', '$autocapture', 'Buy'];
const entity = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...EVENT_KEYS).map(asEvent) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }).map((key): Fields => ({ key, event_type: 'actions' })) },
);

function asEvent(key: string): Fields {
  return { key, event_type: 'events' };
}

const amounts: Record<string, Range> = {
  minute: [1, 600],
  hour: [1, 60],
  day: [1, 40],
  week: [1, 6],
  month: [1, 3],
  year: [1, 1],
};

/** A span of time under the two given field names; the amount is numeric text now and then. */
function span(valueField: string, intervalField: string, intervals: string[], most?: number): fc.Arbitrary<Fields> {
  return fc.constantFrom(...intervals).chain((interval) => {
    const [min, max] = amounts[interval] ?? [1, 1];
    return fc
      .record({ amount: fc.integer({ min, max: Math.min(max, most ?? max) }), asText: fc.nat(15) })
      .map(({ amount, asText }) => ({
        [valueField]: asText === 15 ? String(amount) : amount,
        [intervalField]: interval,
      }));
  });
}

const timeSpan = fc.oneof(
  { weight: 5, arbitrary: span('time_value', 'time_interval', ['day']) },
  { weight: 4, arbitrary: span('time_value', 'time_interval', ['week', 'week', 'month', 'month', 'year']) },
  { weight: 1, arbitrary: span('time_value', 'time_interval', ['hour', 'hour', 'minute']) },
);

/** A lower end, and half the time an upper one not before it. */
function explicitSpan(place: Place): fc.Arbitrary<Fields> {
  const relative = fc
    .record({ amount: fc.integer({ min: 1, max: 30 }), unit: fc.constantFrom('d', 'd', 'd', 'w', 'm', 'h') })
    .map(({ amount, unit }) => `-${amount}${unit}`);
  const absolute = fc
    .record({ when: whenArbitrary, form: fc.constantFrom('iso', 'day', 'local') })
    .map(({ when, form }) => writeDate(instantAt(when, place), form) as string);
  const end = fc.oneof(relative, absolute);
  return fc.oneof(
    relative.map((explicit_datetime) => ({ explicit_datetime })),
    absolute.map((explicit_datetime) => ({ explicit_datetime })),
    fc
      .tuple(absolute, absolute)
      .map((ends) => ends.sort())
      .map(([explicit_datetime, explicit_datetime_to]) => ({ explicit_datetime, explicit_datetime_to })),
    fc.record({ explicit_datetime: fc.constantFrom('-30d', '-3w', '-2m'), explicit_datetime_to: end }),
  );
}

/** time_value, or explicit_datetime, or both (then the latter wins). */
function windowArbitrary(place: Place): fc.Arbitrary<Fields> {
  return fc.oneof(
    { weight: 6, arbitrary: timeSpan },
    { weight: 2, arbitrary: explicitSpan(place) },
    {
      weight: 1,
      arbitrary: fc.tuple(timeSpan, explicitSpan(place)).map(([time, explicit]) => ({ ...time, ...explicit })),
    },
  );
}

function eventFilters(place: Place, withElements: boolean): fc.Arbitrary<Fields> {
  const ofEvent = propertyFilterArbitrary(place).map((filter) => ({ type: 'event', ...filter }));
  const lists = [{ weight: 4, arbitrary: fc.array(ofEvent, { minLength: 1, maxLength: 2, size: '-1' }) }];
  const filtered = fc.oneof(...lists).map((event_filters): Fields => ({ event_filters }));
  const clicked = elementFilterArbitrary.map((filter): Fields => ({
    ...asEvent('$autocapture'),
    event_filters: [{ type: 'element', ...filter }],
  }));
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant<Fields>({}) },
    { weight: 2, arbitrary: filtered },
    { weight: withElements ? 1 : 0, arbitrary: clicked },
  );
}

function count(most: number): fc.Arbitrary<Fields> {
  return fc.record(
    {
      operator: fc.constantFrom('gte', 'gte', 'gte', 'lte', 'lte', 'gt', 'lt', 'eq', 'exact'),
      operator_value: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: most })),
    },
    { requiredKeys: ['operator_value'] },
  );
}

function leaf(value: string, ...parts: fc.Arbitrary<Fields>[]): fc.Arbitrary<Fields> {
  return fc
    .tuple(entity, ...parts)
    .map((fields) => Object.assign({ type: 'behavioral', value } as Fields, ...fields) as Fields);
}

const seqSpan = (intervals: string[], most: number): fc.Arbitrary<Fields> =>
  span('seq_time_value', 'seq_time_interval', intervals, most);

/** The second entity of a sequence. */
const seqEntity = entity.map(({ key, event_type }): Fields => ({ seq_event: key, seq_event_type: event_type }));

const periods = fc
  .tuple(fc.constantFrom(1, 1, 2, 2, 3), fc.integer({ min: 1, max: 8 }))
  .map(([min_periods, more]): Fields => ({ min_periods, total_periods: min_periods + more }));

/** One arbitrary for each behavior, by its `value`. */
export function behaviorArbitraries(place: Place): Record<string, fc.Arbitrary<Fields>> {
  const window = windowArbitrary(place);
  const wide = span('time_value', 'time_interval', ['day', 'week', 'month', 'month', 'year']);
  return {
    performed_event: leaf('performed_event', window, eventFilters(place, true)),
    performed_event_multiple: leaf('performed_event_multiple', window, count(3), eventFilters(place, false)),
    performed_event_multiple_times: leaf('performed_event_multiple_times', window, count(3)),
    performed_event_first_time: leaf('performed_event_first_time', window, eventFilters(place, true)),
    performed_event_sequence: leaf(
      'performed_event_sequence',
      wide,
      seqEntity,
      seqSpan(['hour', 'day', 'day', 'week', 'month', 'minute'], 60),
      eventFilters(place, false),
    ),
    performed_event_regularly: leaf(
      'performed_event_regularly',
      span('time_value', 'time_interval', ['day', 'day', 'day', 'week', 'week', 'month', 'year', 'hour'], 4),
      periods,
      count(2),
    ),
    stopped_performing_event: leaf(
      'stopped_performing_event',
      wide,
      seqSpan(['hour', 'day', 'day', 'day', 'week'], 12),
      eventFilters(place, true),
    ),
    restarted_performing_event: leaf(
      'restarted_performing_event',
      span('time_value', 'time_interval', ['day'], 12),
      seqSpan(['hour', 'day', 'day', 'day', 'day'], 8),
    ),
  };
}
