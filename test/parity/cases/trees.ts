import { all, any, type Given, story } from './case.js';

const pro = { type: 'person', key: 'plan', operator: 'exact', value: 'pro' };
const bought = {
  type: 'behavioral',
  key: 'buy',
  event_type: 'events',
  value: 'performed_event',
  time_value: 7,
  time_interval: 'day',
};
const not = (leaf: object): object => ({ ...leaf, negation: true });
const group = (type: 'AND' | 'OR', ...values: object[]): object => ({ type, values });
const at = '2026-02-14T10:00Z';

/** Two properties of a person make four persons. */
const given = {
  both: { properties: { plan: 'pro' }, did: [at] },
  pro: { properties: { plan: 'pro' } },
  buyer: { properties: { plan: 'free' }, did: [at] },
  nil: {},
};

/** spec/filters.md §1, §7 and D3: trees and negation. */
export const treeCases = [
  story({ name: 'AND is the intersection', given, filters: all(pro, bought), members: ['both'] }),
  story({ name: 'OR is the union', given, filters: any(pro, bought), members: ['both', 'pro', 'buyer'] }),
  story({ name: 'a leaf twice changes nothing', given, filters: all(pro, pro), members: ['both', 'pro'] }),
  story({
    name: 'groups of groups, one of them with a single leaf',
    given,
    filters: any(group('AND', pro, bought), group('OR', group('AND', not(pro)))),
    members: ['both', 'buyer', 'nil'],
  }),
  story({
    name: 'three levels deep',
    given,
    filters: all(group('OR', group('AND', pro, not(bought)), group('AND', bought, not(pro)))),
    members: ['pro', 'buyer'],
  }),
  story({
    name: 'positive and negative under AND: the difference',
    given,
    filters: all(pro, not(bought)),
    members: ['pro'],
  }),
  story({
    name: 'a negated leaf alone is everyone except (D3)',
    given,
    filters: all(not(bought)),
    members: ['pro', 'nil'],
  }),
  story({
    name: 'a top OR with a negated branch (D3)',
    given,
    filters: any(pro, not(bought)),
    members: ['both', 'pro', 'nil'],
  }),
  story({ name: 'only negated leaves under AND', given, filters: all(not(pro), not(bought)), members: ['nil'] }),
  story({
    name: 'only negated leaves under OR',
    given,
    filters: any(not(pro), not(bought)),
    members: ['pro', 'buyer', 'nil'],
  }),
  story({
    name: 'X AND (A OR NOT B)',
    given,
    filters: all(
      group('AND', { ...pro, operator: 'is_set', value: 'is_set' }),
      group('OR', { ...pro, value: 'free' }, not(bought)),
    ),
    members: ['pro', 'buyer'],
  }),
  story({
    name: 'is_not is an ordinary positive leaf and may stand alone',
    given,
    filters: all({ ...pro, operator: 'is_not' }),
    members: ['buyer', 'nil'],
  }),
  story({
    name: 'a negated is_not is exact',
    given,
    filters: all(not({ ...pro, operator: 'is_not' })),
    members: ['both', 'pro'],
  }),
  story({
    name: 'a negated gt holds for missing values',
    given: { ann: { properties: { age: 40 } }, bob: { properties: { age: 20 } }, cyd: {} },
    filters: all({ type: 'person', key: 'age', operator: 'gt', value: 30, negation: true }),
    members: ['bob', 'cyd'],
  }),
  story({
    name: 'a negated count: whoever has none is in the complement of lte',
    given: { ann: { did: [at] }, bob: { did: [at, at] }, cyd: {} },
    filters: all(not({ ...bought, value: 'performed_event_multiple', operator: 'lte', operator_value: 1 })),
    members: ['bob', 'cyd'],
  }),
  story({
    name: 'negation: false is no negation',
    given,
    filters: all({ ...pro, negation: false }),
    members: ['both', 'pro'],
  }),
];

/** spec/filters.md §8: cohorts in cohorts. */
export const referenceCases = [
  story({
    name: 'a cohort leaf is the stored membership, not a new evaluation',
    given,
    cohorts: { 3: ['buyer', 'nil'] },
    filters: all({ type: 'cohort', key: 'id', value: 3 }),
    members: ['buyer', 'nil'],
  }),
  story({
    name: 'an empty cohort holds nobody',
    given,
    cohorts: { 3: [] },
    filters: any({ type: 'cohort', key: 'id', value: 3 }, pro),
    members: ['both', 'pro'],
  }),
  story({
    name: 'an id may be a numeric text',
    given,
    cohorts: { 3: ['buyer'] },
    filters: all({ type: 'cohort', key: 'id', value: '3' }),
    members: ['buyer'],
  }),
  story({
    name: 'an empty cohort, negated, is everyone',
    given,
    cohorts: { 3: [] },
    filters: all(pro, { type: 'cohort', key: 'id', value: 3, negation: true }),
    members: ['both', 'pro'],
  }),
  story({
    name: 'negated: everyone who is not a member',
    given,
    cohorts: { 3: ['buyer', 'nil'] },
    filters: all({ type: 'cohort', key: 'id', value: 3, negation: true }),
    members: ['both', 'pro'],
  }),
  story({
    name: 'a stored member who is no person any more is in no result',
    given,
    cohorts: { 3: ['buyer', 'gone'] },
    filters: all({ type: 'cohort', key: 'id', value: 3 }),
    members: ['buyer'],
  }),
  story({
    name: 'with other leaves',
    given,
    cohorts: { 3: ['both', 'nil'], 4: ['nil'] },
    filters: any(
      group('AND', { type: 'cohort', key: 'id', value: 3 }, pro),
      group('AND', { type: 'cohort', key: 'id', value: 4 }),
    ),
    members: ['both', 'nil'],
  }),
];

const merged = (...did: string[]): Given => ({
  distinctIds: ['anon', 'ann'],
  did: did.map((one, index) => ({ did: one, properties: {}, as: index % 2 === 0 ? 'anon' : 'ann' })),
});
const behavior = (leaf: object): object => all({ ...bought, ...leaf });

/** spec/filters.md §6: after a merge everything of all distinct ids is one history. */
export const mergeCases = [
  story({
    name: 'counts add up over distinct ids: gte lets in',
    given: { ann: merged('2026-02-13T10:00Z', '2026-02-14T10:00Z'), bob: { did: [at] } },
    filters: behavior({ value: 'performed_event_multiple', operator: 'gte', operator_value: 2 }),
    members: ['ann'],
  }),
  story({
    name: 'counts add up over distinct ids: lte puts out',
    given: { ann: merged('2026-02-13T10:00Z', '2026-02-14T10:00Z'), bob: { did: [at] } },
    filters: behavior({ value: 'performed_event_multiple', operator: 'lte', operator_value: 1 }),
    members: ['bob'],
  }),
  story({
    name: 'a sequence may go from one distinct id to the other',
    given: { ann: merged('view 2026-02-13T10:00Z', 'buy 2026-02-13T11:00Z') },
    filters: behavior({
      value: 'performed_event_sequence',
      key: 'view',
      seq_event: 'buy',
      seq_event_type: 'events',
      seq_time_value: 1,
      seq_time_interval: 'day',
    }),
    members: ['ann'],
  }),
  story({
    name: 'the first time ever is that of any distinct id',
    given: { ann: merged('2025-01-01T10:00Z', '2026-02-14T10:00Z'), bob: { did: [at] } },
    filters: behavior({ value: 'performed_event_first_time' }),
    members: ['bob'],
  }),
  story({
    name: 'stopped looks at all distinct ids',
    given: { ann: merged('2026-01-25T10:00Z', '2026-02-14T10:00Z'), bob: { did: ['2026-01-25T10:00Z'] } },
    filters: behavior({
      value: 'stopped_performing_event',
      time_value: 30,
      seq_time_value: 7,
      seq_time_interval: 'day',
    }),
    members: ['bob'],
  }),
  story({
    name: 'an event of a distinct id that is nobody’s counts for nobody',
    given: { ann: { did: [{ did: at, properties: {}, as: 'ghost' }] }, bob: { did: [at] } },
    filters: behavior({}),
    members: ['bob'],
  }),
];
