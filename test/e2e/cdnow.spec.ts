import { useStack } from '#testing';

import { customersWhere, loadCdnow, type Purchase } from '../support/cdnow.js';
import { MusterApi } from '../support/muster-api.js';

describe('CDNOW: 18 months of real purchases', () => {
  const stack = useStack();
  const api = new MusterApi(stack);

  beforeAll(() => loadCdnow(api, stack), 120_000);

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
