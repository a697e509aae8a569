import { DefinitionError } from '../definition/definition-error.js';
import { parseFlagFilters } from './parse-flag-filters.js';

const email = { key: 'email', type: 'person', operator: 'icontains', value: '@example.com' };
const cohort = (change: object = {}) => ({ key: 'id', type: 'cohort', value: 7, ...change });
const groups = (...properties: unknown[]) => ({ groups: [{ properties, rollout_percentage: 50 }] });
const variants = (...percentages: number[]) => ({
  variants: percentages.map((rollout_percentage, index) => ({
    key: `v${index}`,
    name: `V${index}`,
    rollout_percentage,
  })),
});

describe('the filters of a flag', () => {
  it('are read: conditions that all hold, rollout, variant, payloads', () => {
    const sent = {
      groups: [
        { properties: [email, cohort({ operator: 'not_in' })], rollout_percentage: 12.5, variant: 'v1' },
        { properties: [], rollout_percentage: null, variant: null },
        {},
      ],
      multivariate: variants(60, 40),
      payloads: { v0: '{"a": 1}', v1: [1] },
    };
    const { filters, definition } = parseFlagFilters(sent);
    expect(filters).toEqual(sent);
    expect(definition.groups.map(({ rolloutPercentage, variant }) => [rolloutPercentage, variant])).toEqual([
      [12.5, 'v1'],
      [100, null],
      [100, null],
    ]);
    expect(definition.groups[0]?.tree).toMatchObject({
      kind: 'group',
      type: 'AND',
      children: [
        { kind: 'person', key: 'email', operator: 'icontains', values: ['@example.com'], negation: false },
        { kind: 'cohort', cohortId: 7, negation: true },
      ],
    });
    expect(definition.groups.slice(1).map(({ tree }) => tree)).toEqual([null, null]);
    expect(definition.variants).toEqual([
      { key: 'v0', rolloutPercentage: 60 },
      { key: 'v1', rolloutPercentage: 40 },
    ]);
    expect([...definition.payloads]).toEqual([
      ['v0', '{"a": 1}'],
      ['v1', [1]],
    ]);
  });

  it('are stored so that they can be sent back: ids of cohorts as integers, all else as sent', () => {
    const group = { properties: [cohort({ value: '7', cohort_name: 'VIP' })], sort_key: 'x', description: 'them' };
    const { filters } = parseFlagFilters({ groups: [group], holdout_groups: null, aggregation_group_type_index: null });
    expect(filters).toMatchObject({ groups: [{ properties: [{ value: 7, cohort_name: 'VIP' }], sort_key: 'x' }] });
    expect(parseFlagFilters(filters).filters).toEqual(filters);
  });

  it.each([
    [{ operator: undefined }, false],
    [{ operator: null }, false],
    [{ operator: 'exact' }, false],
    [{ operator: 'in' }, false],
    [{ operator: 'not_in' }, true],
    [{ negation: true }, true],
    [{ operator: 'not_in', negation: true }, false],
  ])('ask for a cohort with %j', (change, negation) => {
    const [group] = parseFlagFilters(groups(cohort(change))).definition.groups;
    expect(group?.tree?.children).toMatchObject([{ kind: 'cohort', cohortId: 7, negation }]);
  });

  it('take exact where no operator is given, the key distinct_id, and thirds', () => {
    const { definition } = parseFlagFilters({
      ...groups({ key: 'distinct_id', type: 'person', value: ['a', 'b'] }),
      multivariate: variants(33.33, 33.33, 33.34),
    });
    expect(definition.groups[0]?.tree?.children).toMatchObject([{ kind: 'distinct_id', operator: 'exact' }]);
  });

  const AT = 'filters__groups__0__properties__0';
  it.each<[string, unknown, string, RegExp, string?]>([
    ['text', 'x', 'filters', /^Expected a dictionary of items/, 'not_a_dict'],
    ['no groups', {}, 'filters__groups', /^Expected a list of at most 100 groups. Got: nothing/],
    ['a group of nothing', { groups: [null] }, 'filters__groups__0', /^Expected a group of conditions/],
    [
      'conditions that are no list',
      { groups: [{ properties: {} }] },
      'filters__groups__0__properties',
      /^Expected a list/,
    ],
    ['a condition that is none', groups('x'), AT, /^Expected a condition/],
    [
      'a behavioral condition',
      groups({ key: 'a', type: 'behavioral', value: 'performed_event' }),
      'filters',
      /^Filters are not valid \(can only use person and cohort properties\)$/,
    ],
    ['a condition on groups', groups({ ...email, group_type_index: 0 }), `${AT}__group_type_index`, /not supported/],
    ['an unknown field', groups({ ...email, colour: 'red' }), `${AT}__colour`, /^Extra inputs are not permitted/],
    ['an unknown operator', groups({ ...email, operator: 'like' }), `${AT}__operator`, /^Unknown operator "like"/],
    [
      'a bad pattern',
      groups({ ...email, operator: 'regex', value: '(' }),
      `${AT}__value`,
      /^Invalid regular expression/,
    ],
    [
      'a date that is none',
      groups({ ...email, operator: 'is_date_after', value: 'soon' }),
      `${AT}__value`,
      /^Invalid date/,
    ],
    [
      'no value',
      groups({ key: 'email', type: 'person' }),
      `${AT}__value`,
      /^Missing required keys for person filter: value/,
    ],
    ['a cohort that is no id', groups(cohort({ value: 'x' })), `${AT}__value`, /must be an integer/],
    ['another key of a cohort', groups(cohort({ key: 'name' })), `${AT}__key`, /^Expected 'id'/],
    [
      'another operator on a cohort',
      groups(cohort({ operator: 'gt' })),
      `${AT}__operator`,
      /^Expected 'in' or 'not_in'/,
    ],
    [
      '101 %',
      { groups: [{ rollout_percentage: 101 }] },
      'filters__groups__0__rollout_percentage',
      /from 0 to 100. Got: 101/,
    ],
    [
      'a text as percentage',
      { groups: [{ rollout_percentage: '5' }] },
      'filters__groups__0__rollout_percentage',
      /Got: "5"/,
    ],
    ['a variant that is no text', { groups: [{ variant: 1 }] }, 'filters__groups__0__variant', /^Expected the key/],
    [
      'a variant that is not there',
      { groups: [{ variant: 'x' }], multivariate: variants(100) },
      'filters',
      /^Filters are not valid \(variant override does not exist\)$/,
    ],
    [
      'variants that sum to 99',
      { groups: [], multivariate: variants(50, 49) },
      'filters',
      /^Invalid variant definitions: Variant rollout percentages must sum to 100.$/,
      'invalid_input',
    ],
    [
      'variants that are no list',
      { groups: [], multivariate: { variants: {} } },
      'filters__multivariate__variants',
      /list/,
    ],
    [
      'a multivariate that is a list',
      { groups: [], multivariate: [] },
      'filters__multivariate',
      /^Expected \{"variants"/,
    ],
    [
      'two variants of one key',
      { groups: [], multivariate: { variants: [{ key: 'a', rollout_percentage: 100 }, { key: 'a' }] } },
      'filters__multivariate__variants__1__key',
      /same key/,
    ],
    [
      'a variant whose name is a number',
      { groups: [], multivariate: { variants: [{ key: 'a', name: 1 }] } },
      'filters__multivariate__variants__0__name',
      /^Expected a string. Got: 1/,
    ],
    [
      'a variant without key',
      { groups: [], multivariate: { variants: [{}] } },
      'filters__multivariate__variants__0__key',
      /non-empty/,
    ],
    ['payloads that are a list', { groups: [], payloads: [] }, 'filters', /^Payloads must be passed as a dictionary$/],
    [
      'a payload that is no JSON',
      { groups: [], payloads: { true: '{' } },
      'filters',
      /^Payload value is not valid JSON$/,
    ],
    [
      'another payload key',
      { groups: [], payloads: { on: '1' } },
      'filters',
      /^Payload keys must be 'true' for boolean flags$/,
    ],
    [
      'a payload of no variant',
      { groups: [], multivariate: variants(100), payloads: { true: '1' } },
      'filters',
      /^Payload keys must match a variant key for multivariate flags$/,
    ],
    [
      'flags of groups',
      { groups: [], aggregation_group_type_index: 0 },
      'filters__aggregation_group_type_index',
      /not supported/,
    ],
    ['super groups', { groups: [], super_groups: [{}] }, 'filters__super_groups', /not supported/],
    ['101 groups', { groups: Array(101).fill({}) }, 'filters__groups', /Got: 101/],
    [
      '101 conditions in a group',
      groups(...Array<unknown>(101).fill(email)),
      'filters__groups__0__properties',
      /at most 100/,
    ],
    [
      '201 conditions',
      { groups: Array(3).fill({ properties: Array(67).fill(email) }) },
      'filters__groups',
      /200 conditions at most. Got: 201/,
    ],
    [
      'many values',
      { groups: [{ properties: Array(11).fill({ ...email, operator: 'exact', value: Array(1000).fill('a') }) }] },
      'filters__groups',
      /10000 values together at most. Got: 11000/,
    ],
  ])('refuse %s', (_, filters, path, detail, code = 'invalid') => {
    let refused: unknown;
    try {
      parseFlagFilters(filters);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(DefinitionError);
    expect(refused).toMatchObject({ path, code, detail: expect.stringMatching(detail) as string });
  });
});
