import { DefinitionError } from './definition-error.js';
import { parseFilters } from './parse-filters.js';

const email = { type: 'person', key: 'email', operator: 'is_set' };
const onboarded = {
  type: 'behavioral',
  key: 'onboarding_complete',
  value: 'performed_event',
  event_type: 'events',
  time_value: 30,
  time_interval: 'day',
};

function all(...values: unknown[]): unknown {
  return { properties: { type: 'AND', values } };
}

function refusalOf(filters: unknown): { path: string; detail: string } {
  try {
    parseFilters(filters);
  } catch (error) {
    if (error instanceof DefinitionError) {
      return { path: error.path.replace('filters__properties__values__', '..'), detail: error.detail };
    }
    throw error;
  }
  throw new Error('the filters were accepted');
}

describe('parseFilters', () => {
  it('stores what the client sent, normalised: nulls and compiled fields dropped, integers as integers, negation present', () => {
    const sent = all(
      { ...email, value: null, bytecode: ['_H'], conditionHash: '0123456789abcdef' },
      { ...onboarded, time_value: '30', negation: true },
    );
    expect(parseFilters(sent).filters).toEqual(
      all({ ...email, negation: false }, { ...onboarded, time_value: 30, negation: true }),
    );
  });

  it('accepts its own answer again and changes nothing', () => {
    const once = parseFilters(all({ properties: 0, type: 'OR', values: [email, onboarded] }.values[0])).filters;
    expect(parseFilters(once).filters).toEqual(once);
  });

  it('accepts groups in groups', () => {
    const { tree } = parseFilters({
      properties: {
        type: 'OR',
        values: [
          { type: 'AND', values: [email] },
          { type: 'AND', values: [onboarded] },
        ],
      },
    });
    expect(tree.children.map((child) => child.kind)).toEqual(['group', 'group']);
  });

  const nested = (depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>((inner) => ({ type: 'AND', values: [inner] }), email);

  it.each<[string, unknown, string, string]>([
    ['no object', null, 'filters__detail', "Must contain a 'properties' key"],
    ['a list', [], 'filters__detail', "Must contain a 'properties' key"],
    ['nothing', {}, 'filters__detail', "Must contain a 'properties' key"],
    ['a bare leaf at the top', { properties: email }, 'filters__properties__key', 'Extra inputs'],
    ['another key beside properties', { properties: { type: 'AND', values: [email] }, x: 1 }, 'filters__x', "'x'"],
    [
      'an unknown group type',
      { properties: { type: 'XOR', values: [email] } },
      'filters__properties__type',
      "'AND' or 'OR'",
    ],
    ['values that are no list', { properties: { type: 'AND', values: {} } }, 'filters__properties__values', 'list'],
    ['an empty group', all(), 'filters__properties__values', 'no condition'],
    ['an empty group inside', all({ type: 'OR', values: [] }), '..0__values', 'no condition'],
    ['groups and leaves mixed', all(email, { type: 'AND', values: [email] }), 'filters__properties__values', 'both'],
    [
      'a negated group',
      { properties: { type: 'AND', values: [email], negation: true } },
      'filters__properties__negation',
      'Extra',
    ],
    ['a leaf that is null', all(null), '..0', 'Got: null'],
    ['a leaf that is text', all('email'), '..0', 'Got: string'],
    ['an unknown leaf type', all(email, { type: 'session', key: 'x' }), '..1__type', '"session"'],
    ['a leaf type from the prototype', all({ type: 'constructor' }), '..0__type', '"constructor"'],
    ['no type', all({ key: 'x' }), '..0__type', 'nothing'],
    [
      'no operator',
      all({ type: 'person', key: 'x', value: 1 }),
      '..0__operator',
      'Missing required keys for person filter: operator',
    ],
    [
      'no value',
      all({ type: 'person', key: 'x', operator: 'exact' }),
      '..0__value',
      'Missing required keys for person filter: value',
    ],
    [
      'a null value',
      all({ type: 'person', key: 'x', operator: 'exact', value: null }),
      '..0__value',
      'person filter: value',
    ],
    [
      'no value and no operator',
      all({ type: 'person', key: 'x' }),
      '..0',
      'Missing required keys for person filter: operator, value',
    ],
    ['no key', all({ type: 'person', operator: 'is_set' }), '..0__key', 'person filter: key'],
    ['a shapeless value that means nothing', all({ ...email, value: {} }), '..0__value', 'a string, a number'],
    ['an empty key', all({ ...email, key: '' }), '..0__key', 'non-empty'],
    ['a key that is a number', all({ ...email, key: 5 }), '..0__key', 'non-empty string'],
    ['a very long key', all({ ...email, key: 'k'.repeat(401) }), '..0__key', '400'],
    ['an unknown operator', all({ ...email, operator: 'like', value: 'x' }), '..0__operator', 'icontains'],
    ['an operator from the prototype', all({ ...email, operator: 'toString', value: 'x' }), '..0__operator', 'Unknown'],
    ['an operator that is a list', all({ ...email, operator: ['exact'], value: 'x' }), '..0__operator', 'Unknown'],
    ['an unknown key', all({ ...email, not_a_field: 1 }), '..0__not_a_field', 'not_a_field'],
    [
      'an own __proto__ key',
      all(JSON.parse('{"type":"person","key":"a","operator":"is_set","__proto__":{"x":1}}')),
      '..0____proto__',
      '__proto__',
    ],
    ['a value that is an object', all({ ...email, operator: 'exact', value: {} }), '..0__value', 'a string, a number'],
    [
      'a value that is a list in a list',
      all({ ...email, operator: 'exact', value: ['a', ['b']] }),
      '..0__value__1',
      'a string, a number',
    ],
    [
      'a value that is not finite',
      all({ ...email, operator: 'gt', value: Infinity }),
      '..0__value',
      'a string, a number',
    ],
    [
      'too many values',
      all({ ...email, operator: 'exact', value: Array.from({ length: 1_001 }, () => 'x') }),
      '..0__value',
      '1000',
    ],
    ['a very long value', all({ ...email, operator: 'exact', value: 'v'.repeat(401) }), '..0__value', '400'],
    ['a negation that is a word', all({ ...email, negation: 'maybe' }), '..0__negation', 'true or false'],
    [
      'no event_type',
      all({ ...onboarded, event_type: undefined }),
      '..0__event_type',
      'Missing required keys for behavioral filter: event_type',
    ],
    ['an unknown event_type', all({ ...onboarded, event_type: 'sessions' }), '..0__event_type', "'events'"],
    ['an unknown behavior', all({ ...onboarded, value: 'dreamt_of_event' }), '..0__value', 'performed_event'],
    [
      'no time',
      all({ ...onboarded, time_value: undefined, time_interval: undefined }),
      '..0',
      'time_value and time_interval, or explicit_datetime',
    ],
    ['no time_interval', all({ ...onboarded, time_interval: undefined }), '..0__time_interval', 'Invalid interval'],
    [
      'an unknown interval',
      all({ ...onboarded, time_interval: 'fortnight' }),
      '..0__time_interval',
      'minute, hour, day',
    ],
    ['a time_value of zero', all({ ...onboarded, time_value: 0 }), '..0__time_value', 'must be greater than 0, got 0'],
    ['a time_value that is a list', all({ ...onboarded, time_value: [5] }), '..0__time_value', 'must be an integer'],
    [
      'a time_value that is a fraction',
      all({ ...onboarded, time_value: 1.5 }),
      '..0__time_value',
      'must be an integer',
    ],
    ['a huge time_value', all({ ...onboarded, time_value: 10_000 }), '..0__time_value', 'at most 9999'],
    [
      'only an end',
      all({ ...onboarded, time_value: undefined, time_interval: undefined, explicit_datetime_to: '2024-01-01' }),
      '..0',
      'explicit_datetime',
    ],
    ['a date that is none', all({ ...onboarded, explicit_datetime: 'garbage' }), '..0__explicit_datetime', '"garbage"'],
    [
      'a day that does not exist',
      all({ ...onboarded, explicit_datetime: '2024-13-45' }),
      '..0__explicit_datetime',
      '2024-13-45',
    ],
    [
      'a relative date past the limit',
      all({ ...onboarded, explicit_datetime: '-10000d' }),
      '..0__explicit_datetime',
      '-10000d',
    ],
    [
      'an end that is no date',
      all({ ...onboarded, explicit_datetime: '-7d', explicit_datetime_to: 7 }),
      '..0__explicit_datetime_to',
      '7',
    ],
    [
      'groups ten levels too deep',
      { properties: nested(11) },
      `filters__properties${'__values__0'.repeat(10)}`,
      '10 levels',
    ],
    [
      'ten thousand values and more',
      all({
        ...onboarded,
        event_filters: Array.from({ length: 11 }, () => ({
          type: 'event',
          key: 'sku',
          operator: 'gt',
          value: Array.from({ length: 1_000 }, (_, n) => n),
        })),
      }),
      'filters__properties',
      '10000 values',
    ],
    ['the year 0', all({ ...onboarded, explicit_datetime: '0000-01-01' }), '..0__explicit_datetime', '0000-01-01'],
    ['more than 200 leaves', all(...Array.from({ length: 201 }, () => email)), '..200', '200 conditions'],
  ])('refuses %s, naming the field', (_what, filters, path, detail) => {
    const refusal = refusalOf(filters);
    expect(refusal.path).toBe(path.replace('filters__properties__values__', '..'));
    expect(refusal.detail).toContain(detail);
  });

  it('refuses a tree 100,000 levels deep at once, without running out of stack', () => {
    expect(refusalOf({ properties: nested(100_000) }).detail).toContain('10 levels');
  });

  it('sends back at most a piece of a hostile value', () => {
    expect(refusalOf(all({ ...email, operator: 'x'.repeat(1_000_000) })).detail.length).toBeLessThan(500);
  });
});
