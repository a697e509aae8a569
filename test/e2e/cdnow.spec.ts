import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually, useStack } from '#testing';

import { MusterApi } from '../support/muster-api.js';

interface Purchase {
  readonly customer: string;
  readonly day: string;
  readonly cds: number;
  readonly amount: number;
}

/** The file, read with nothing of the product. */
const PURCHASES: readonly Purchase[] = readFileSync(join(process.cwd(), 'test/fixtures/cdnow-sample.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .map(([, customer = '', day = '', cds, amount]) => ({
    customer,
    day: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
    cds: Number(cds),
    amount: Number(amount),
  }));
const CUSTOMERS = Map.groupBy(PURCHASES, ({ customer }) => customer);

/** What the script below sets on each person. */
interface Customer {
  readonly first_purchase: string;
  readonly first_amount: number;
  readonly segment: string;
}

function segmentOf(first: Purchase): string {
  return first.cds >= 3 ? 'Collector' : 'casual buyer';
}

function customerOf(purchases: readonly Purchase[]): Customer {
  const first = purchases[0]!;
  return { first_purchase: first.day, first_amount: first.amount, segment: segmentOf(first) };
}

function eventsOf(purchases: readonly Purchase[]): object[] {
  return purchases.map((purchase, index) => ({
    event: 'purchase',
    distinct_id: purchase.customer,
    timestamp: `${purchase.day}T12:00:00Z`,
    properties: { cds: purchase.cds, amount: purchase.amount, ...(index === 0 ? { $set: customerOf(purchases) } : {}) },
  }));
}

function customersWhere(holds: (purchases: readonly Purchase[]) => boolean): string[] {
  return [...CUSTOMERS].filter(([, purchases]) => holds(purchases)).map(([customer]) => customer);
}

describe('CDNOW: 18 months of real purchases', () => {
  const stack = useStack();
  const api = new MusterApi(stack);

  beforeAll(async () => {
    const events = [...CUSTOMERS.values()].flatMap(eventsOf);
    for (let start = 0; start < events.length; start += 1_000) {
      await api.capture(events.slice(start, start + 1_000));
    }
    await eventually(
      async () => {
        expect(await api.storedEvents(stack.database)).toBe(PURCHASES.length);
      },
      { withinMs: 60_000 },
    );
  }, 120_000);

  const march = {
    type: 'behavioral',
    key: 'purchase',
    value: 'performed_event',
    event_type: 'events',
    explicit_datetime: '1998-03-01',
    explicit_datetime_to: '1998-03-31',
  };
  const person = (key: string, operator: string, value: unknown) => ({ type: 'person', key, operator, value });
  const boughtInMarch = (purchases: readonly Purchase[]) => purchases.some(({ day }) => day.startsWith('1998-03'));

  it.each<[string, object[], (purchases: readonly Purchase[]) => boolean]>([
    ['purchased in 1998-03', [march], boughtInMarch],
    ['did not purchase in 1998-03', [{ ...march, negation: true }], (purchases) => !boughtInMarch(purchases)],
    ['first amount above 50', [person('first_amount', 'gt', 50)], ([first]) => first!.amount > 50],
    ['segment contains COLLECT', [person('segment', 'icontains', 'COLLECT')], ([first]) => first!.cds >= 3],
    [
      'first purchase on one of two days',
      [person('first_purchase', 'exact', ['1997-01-01', '1997-02-14'])],
      ([first]) => ['1997-01-01', '1997-02-14'].includes(first!.day),
    ],
    [
      'casual buyers of March who began with at most 15.5',
      [march, person('segment', 'is_not', 'Collector'), person('first_amount', 'lte', 15.5)],
      (purchases) => boughtInMarch(purchases) && purchases[0]!.cds < 3 && purchases[0]!.amount <= 15.5,
    ],
  ])('%s: the count and the members are those of the file', async (name, filters, holds) => {
    const expected = customersWhere(holds);
    const { id } = await api.createCohort(name, ...filters);
    const cohort = await api.calculated(id);
    const members = await api.members(id, 1_000);
    expect(expected.length).toBeGreaterThan(0);
    expect(cohort.count).toBe(expected.length);
    expect(members.flatMap(({ distinct_ids }) => distinct_ids).sort()).toEqual(expected.sort());
  });
});
