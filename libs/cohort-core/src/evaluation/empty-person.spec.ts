import { parseFilters } from '../definition/parse-filters.js';
import { mayMatchEmptyPerson } from './empty-person.js';

const leaf = (rest: object) => ({ type: 'person', key: 'plan', operator: 'exact', value: 'pro', ...rest });
const did = (rest: object = {}) => ({
  ...{ type: 'behavioral', value: 'performed_event', key: 'buy', event_type: 'events', time_value: 3 },
  ...{ time_interval: 'day', ...rest },
});
const id = { type: 'person', key: 'distinct_id', operator: 'exact', value: 'ann' };

describe('mayMatchEmptyPerson', () => {
  const may = (type: 'AND' | 'OR', ...values: object[]) => {
    const { tree } = parseFilters({ properties: { type, values } });
    return mayMatchEmptyPerson(tree);
  };

  it.each([
    ['a property that has a value', false, [leaf({})]],
    ['a property that has not', true, [leaf({ negation: true })]],
    ['another value', true, [leaf({ operator: 'is_not' })]],
    ['no property', true, [leaf({ operator: 'is_not_set', value: undefined })]],
    ['any property', false, [leaf({ operator: 'is_set', value: undefined })]],
    ['no condition at all', true, [leaf({ value: [] })]],
    ['none, negated', false, [leaf({ value: [], negation: true })]],
    ['the text of an empty list', false, [leaf({ operator: 'icontains', value: [] })]],
    ['an event', false, [did()]],
    ['no event', true, [did({ negation: true })]],
    ['few events', false, [did({ value: 'performed_event_multiple', operator: 'lte', operator_value: 3 })]],
    ['an id', true, [id]],
    [
      'a moment of birth',
      true,
      [{ type: 'person_metadata', key: 'created_at', operator: 'is_date_after', value: '-1d' }],
    ],
    ['a cohort', false, [{ type: 'cohort', key: 'id', value: 1 }]],
    ['not in a cohort', true, [{ type: 'cohort', key: 'id', value: 1, negation: true }]],
    ['an id and an event', false, [id, did()]],
    ['an id and no event', true, [id, did({ negation: true })]],
  ] as const)('%s: %s', (_, expected, values) => {
    expect(may('AND', ...values)).toBe(expected);
  });

  it('one of several is enough in OR', () => {
    expect(may('OR', did(), id)).toBe(true);
    expect(may('OR', did(), leaf({}))).toBe(false);
  });
});
