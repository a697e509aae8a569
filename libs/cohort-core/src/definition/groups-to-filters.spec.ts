import { groupPathOf, groupsToFilters, parseGroups } from './groups-to-filters.js';
import { parseFilters } from './parse-filters.js';

const EMAIL = { key: 'email', value: 'a@b.c' };

describe('legacy groups', () => {
  it('are stored with all nine keys', () => {
    expect(parseGroups([{ event_id: 'signup', days: 7, other: 1 }])).toEqual([
      {
        properties: null,
        action_id: null,
        event_id: 'signup',
        days: 7,
        count: null,
        count_operator: null,
        start_date: null,
        end_date: null,
        label: null,
      },
    ]);
  });

  it.each([
    ['Groups must be a list of cohort group definitions.', {}],
    ['Cohort group at index 1 must be an object.', [{ event_id: 'a' }, 'b']],
    ['Invalid cohort group at index 0: Cohort group needs properties or action_id or event_id', [{ days: 3 }]],
    ['Invalid cohort group at index 0: Cohort group needs properties or action_id or event_id', [{ properties: [] }]],
    ['A cohort may have 100 groups at most.', Array.from({ length: 101 }, () => ({ event_id: 'a' }))],
  ])('are refused: %s', (detail, groups) => {
    expect(() => parseGroups(groups)).toThrow(expect.objectContaining({ detail, path: 'groups' }) as Error);
  });

  it.each([
    [
      'a list of properties, all of which hold',
      { properties: [EMAIL, { ...EMAIL, type: 'event', operator: 'icontains' }] },
      [
        { ...EMAIL, type: 'person', operator: 'exact' },
        { ...EMAIL, type: 'person', operator: 'icontains' },
      ],
    ],
    [
      'the old dictionary',
      { properties: { plan: 'pro' } },
      [{ type: 'person', key: 'plan', operator: 'exact', value: 'pro' }],
    ],
    [
      'an event',
      { event_id: 'signup' },
      [
        {
          type: 'behavioral',
          key: 'signup',
          event_type: 'events',
          value: 'performed_event',
          time_value: 365,
          time_interval: 'day',
        },
      ],
    ],
    [
      'an action, counted',
      { action_id: 4, days: 3, count: '2', count_operator: 'gte' },
      [
        {
          type: 'behavioral',
          key: 4,
          event_type: 'actions',
          value: 'performed_event_multiple',
          operator: 'gte',
          operator_value: 2,
          time_value: 3,
          time_interval: 'day',
        },
      ],
    ],
  ])('mean %s', (_, group, values) => {
    const filters = groupsToFilters(parseGroups([group]));
    expect(filters).toEqual({ properties: { type: 'OR', values: [{ type: 'AND', values }] } });
    expect(() => parseFilters(filters)).not.toThrow();
  });

  it('mean no criteria when there is none', () => {
    expect(groupsToFilters([])).toBeNull();
  });

  it('are named by their own paths', () => {
    const groups = parseGroups([{ event_id: 'a' }, { properties: [EMAIL, { key: 'x', operator: 'nope', value: 1 }] }]);
    expect(groupPathOf('filters__properties__values__1__values__1__operator', groups)).toBe(
      'groups__1__properties__1__operator',
    );
    expect(groupPathOf('filters__properties__values__0__values__0__time_value', groups)).toBe('groups__0__time_value');
  });
});
