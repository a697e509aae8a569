import { useStack } from '#testing';

import { customersWhere, loadCdnow, type Purchase } from '../support/cdnow.js';
import { MusterApi } from '../support/muster-api.js';

/** The script below knows days as numbers of days since 1970, in UTC, and every purchase at noon. */
const DAY_MS = 86_400_000;
const NOON_MS = DAY_MS / 2;
const dayOf = ({ day }: Purchase) => Date.parse(day) / DAY_MS;
const timeOf = (purchase: Purchase) => dayOf(purchase) * DAY_MS + NOON_MS;

/** Months before a day; of a day that the month does not have, its last. */
function monthsBefore(day: number, months: number): number {
  const date = new Date(day * DAY_MS);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1);
  const length = new Date(
    Date.UTC(new Date(first).getUTCFullYear(), new Date(first).getUTCMonth() + 1, 0),
  ).getUTCDate();
  return first / DAY_MS + Math.min(date.getUTCDate(), length) - 1;
}

/** What the script may ask about one customer at one instant. */
class Customer {
  readonly today: number;

  constructor(
    readonly purchases: readonly Purchase[],
    readonly at: number,
  ) {
    this.today = Math.floor(at / DAY_MS);
  }

  /** Purchases on the days from so many days ago to so many days ago, both included. */
  days(from: number, to = 0): Purchase[] {
    return this.purchases.filter((one) => dayOf(one) >= this.today - from && dayOf(one) <= this.today - to);
  }

  /** Purchases after an instant, and not in the future. */
  since(instant: number): Purchase[] {
    return this.purchases.filter((one) => timeOf(one) > instant && timeOf(one) < this.at + 5_000);
  }

  /** The instant so many months ago. */
  monthsAgo(months: number): number {
    return monthsBefore(this.today, months) * DAY_MS + (this.at % DAY_MS);
  }

  /** The earliest purchase, of those that had happened by the end of today. */
  get first(): Purchase | undefined {
    return this.purchases.filter((one) => dayOf(one) <= this.today).toSorted((a, b) => dayOf(a) - dayOf(b))[0];
  }

  hasPair(within: readonly Purchase[], days: number): boolean {
    return within.some((a) => within.some((b) => dayOf(b) > dayOf(a) && dayOf(b) - dayOf(a) <= days));
  }

  /** In how many of the last periods, the last of which ends with yesterday, there was a purchase. */
  busyPeriods(startOf: (period: number) => number, lowest: number): number {
    const busy = new Set<number>();
    for (const day of this.purchases.map(dayOf).filter((one) => one >= lowest && one < this.today)) {
      for (let period = 0; ; period += 1) {
        if (day >= startOf(period)) {
          busy.add(period);
          break;
        }
      }
    }
    return busy.size;
  }
}

const bought = (time_value: number, time_interval: string, change: object = {}) => ({
  type: 'behavioral',
  key: 'purchase',
  value: 'performed_event',
  event_type: 'events',
  time_value,
  time_interval,
  ...change,
});
const counted = (time_value: number, time_interval: string, operator: string, operator_value: number, change = {}) =>
  bought(time_value, time_interval, { value: 'performed_event_multiple', operator, operator_value, ...change });
const where = (key: string, operator: string, value: number) => ({
  event_filters: [{ type: 'event', key, operator, value }],
});
const person = (key: string, operator: string, value: unknown) => ({ type: 'person', key, operator, value });

interface Definition {
  readonly name: string;
  readonly type?: 'AND' | 'OR';
  readonly values: readonly object[];
  readonly holds: (customer: Customer) => boolean;
}

const LAPSED = bought(180, 'day', { value: 'stopped_performing_event', seq_time_value: 60, seq_time_interval: 'day' });
const isLapsed = (customer: Customer) => customer.days(180).length > 0 && customer.days(60).length === 0;

const DEFINITIONS: readonly Definition[] = [
  { name: 'bought in 90 days', values: [bought(90, 'day')], holds: (one) => one.days(90).length > 0 },
  {
    name: 'repeat buyers in 90 days',
    values: [counted(90, 'day', 'gte', 2)],
    holds: (one) => one.since(one.at - 90 * DAY_MS).length >= 2,
  },
  {
    name: 'exactly one purchase in 30 days',
    values: [counted(30, 'day', 'eq', 1)],
    holds: (one) => one.since(one.at - 30 * DAY_MS).length === 1,
  },
  {
    name: 'one to three purchases in a year',
    values: [counted(1, 'year', 'lte', 3)],
    holds: (one) => [1, 2, 3].includes(one.since(one.monthsAgo(12)).length),
  },
  { name: 'lapsed', values: [LAPSED], holds: isLapsed },
  {
    name: 'returned',
    values: [bought(120, 'day', { value: 'restarted_performing_event', seq_time_value: 30, seq_time_interval: 'day' })],
    holds: (one) => one.days(30).length > 0 && one.days(Infinity, 31).length > 0 && one.days(120, 30).length === 0,
  },
  {
    name: 'regular monthly',
    values: [counted(1, 'month', 'gte', 1, { value: 'performed_event_regularly', min_periods: 3, total_periods: 5 })],
    holds: (one) => {
      const lowest = monthsBefore(one.today, 5);
      const firstOfMonth = lowest - (new Date(lowest * DAY_MS).getUTCDate() - 1);
      return one.busyPeriods((period) => monthsBefore(one.today - 1, period + 1) + 1, firstOfMonth) >= 3;
    },
  },
  {
    name: 'regular weekly',
    values: [counted(1, 'week', 'gte', 1, { value: 'performed_event_regularly', min_periods: 3, total_periods: 8 })],
    holds: (one) => {
      const lowest = one.today - 56;
      const sunday = lowest - new Date(lowest * DAY_MS).getUTCDay();
      return one.busyPeriods((period) => one.today - 7 * (period + 1), sunday) >= 3;
    },
  },
  {
    name: 'first purchase in 60 days',
    values: [bought(60, 'day', { value: 'performed_event_first_time' })],
    holds: ({ first, today }) => first !== undefined && dayOf(first) >= today - 60,
  },
  {
    name: 'first purchase in 180 days, and another within 30 days',
    values: [
      bought(180, 'day', { value: 'performed_event_first_time' }),
      bought(180, 'day', {
        value: 'performed_event_sequence',
        seq_event: 'purchase',
        seq_event_type: 'events',
        seq_time_value: 30,
        seq_time_interval: 'day',
      }),
    ],
    holds: (one) => one.first !== undefined && dayOf(one.first) >= one.today - 180 && one.hasPair(one.days(180), 30),
  },
  {
    name: 'spent more than 50 dollars at once',
    values: [bought(1, 'year', where('amount', 'gt', 50))],
    holds: (one) => one.days(one.today - monthsBefore(one.today, 12)).some(({ amount }) => amount > 50),
  },
  {
    name: 'bought in 200 days, never five CDs at once',
    values: [bought(200, 'day'), bought(200, 'day', { ...where('cds', 'gte', 5), negation: true })],
    holds: (one) => one.days(200).length > 0 && one.days(200).every(({ cds }) => cds < 5),
  },
  {
    name: 'two purchases of 20 dollars in 180 days',
    values: [counted(180, 'day', 'gte', 2, where('amount', 'gte', 20))],
    holds: (one) => one.since(one.at - 180 * DAY_MS).filter(({ amount }) => amount >= 20).length >= 2,
  },
  {
    name: 'began with more than 50 dollars, or bought in seven days',
    type: 'OR',
    values: [person('first_amount', 'gt', 50), bought(7, 'day')],
    holds: (one) => one.purchases[0]!.amount > 50 || one.days(7).length > 0,
  },
  {
    name: 'lapsed collectors',
    values: [LAPSED, person('segment', 'exact', 'Collector')],
    holds: (one) => isLapsed(one) && one.purchases[0]!.cds >= 3,
  },
  {
    name: 'bought in the spring of 1997, not in 100 days',
    values: [
      bought(1, 'day', { explicit_datetime: '1997-02-01', explicit_datetime_to: '1997-03-31' }),
      bought(100, 'day', { negation: true }),
    ],
    holds: (one) =>
      one.purchases.some(({ day }) => day >= '1997-02-01' && day <= '1997-03-31') && one.days(100).length === 0,
  },
  {
    name: 'bought in 36 hours',
    values: [bought(36, 'hour')],
    holds: (one) => {
      const from = Math.floor((one.at - 36 * 3_600_000) / 3_600_000) * 3_600_000;
      return one.purchases.some((purchase) => timeOf(purchase) >= from && dayOf(purchase) <= one.today);
    },
  },
  {
    name: 'more than one purchase in a calendar month',
    values: [counted(1, 'month', 'gt', 1)],
    holds: (one) => one.since(one.monthsAgo(1)).length > 1,
  },
  {
    name: 'the very first purchase was above 40 dollars, in a year',
    values: [bought(52, 'week', { value: 'performed_event_first_time', ...where('amount', 'gt', 40) })],
    holds: ({ purchases, first, today }) =>
      first !== undefined &&
      dayOf(first) >= today - 364 &&
      purchases.some((one) => one.day === first.day && one.amount > 40),
  },
  {
    name: 'known for 300 days, denied: bought in 90 days',
    values: [person('first_purchase', 'is_date_before', '-300d'), bought(90, 'day', { negation: true })],
    holds: (one) => Date.parse(one.purchases[0]!.day) < one.at - 300 * DAY_MS && one.days(90).length === 0,
  },
];

const INSTANTS = [
  '1997-04-01T00:00:00.000Z',
  '1997-09-30T18:30:00.000Z',
  '1998-01-31T11:59:59.000Z',
  '1998-03-15T12:00:00.000Z',
  '1998-06-30T23:59:59.999Z',
];

interface Preview {
  readonly count: number;
  readonly sample: readonly { readonly distinct_ids: string[] }[];
}

describe('CDNOW: twenty questions of a shop, as of several days of 1997 and 1998', () => {
  const stack = useStack(['gateway', 'ingestion']);
  const api = new MusterApi(stack);

  beforeAll(() => loadCdnow(api, stack), 120_000);

  it.each(DEFINITIONS.map((one) => [one.name, one] as const))('%s', async (_, { type = 'AND', values, holds }) => {
    const counts: number[] = [];
    for (const as_of of INSTANTS) {
      const expected = customersWhere((purchases) => holds(new Customer(purchases, Date.parse(as_of))));
      const filters = { properties: { type, values } };
      const { status, body } = await api.request('POST', 'cohorts/preview/', { filters, as_of, limit: 100 });
      expect({ status, body }).toMatchObject({ status: 200 });
      const { count, sample } = body as Preview;
      const shown = sample.flatMap(({ distinct_ids }) => distinct_ids);
      expect([as_of, count]).toEqual([as_of, expected.length]);
      expect(shown).toHaveLength(Math.min(count, 100));
      expect(shown.filter((customer) => !expected.includes(customer))).toEqual([]);
      counts.push(count);
    }
    // A question that nobody or everybody meets at all times asks nothing.
    expect(counts.some((count) => count > 0 && count < 2_357)).toBe(true);
  });
});
