import fc from 'fast-check';

import { instantAt, type Place } from './places.js';
import { DATE_KEY, ELEMENT_VALUES, PLAIN_KEYS, plainValueArbitrary, textsOf, writeDate } from './vocabulary.js';
import { whenArbitrary } from './whens.js';

/** A property filter without its `type`. */
export interface GeneratedFilter {
  key: string;
  operator?: string;
  value?: unknown;
}

type Condition = Omit<GeneratedFilter, 'key'>;

/** JSON values that a filter may name: no null, no object. */
function nameable(key: string): fc.Arbitrary<unknown> {
  return plainValueArbitrary(key).filter((value) => typeof value !== 'object');
}

function few(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 5, arbitrary: values },
    { weight: 4, arbitrary: fc.array(values, { minLength: 1, maxLength: 3 }) },
  );
}

function conditions(operators: string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<Condition> {
  return fc.record({ operator: fc.constantFrom(...operators), value });
}

function equality(key: string): fc.Arbitrary<Condition> {
  const lists = fc.array(nameable(key), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: conditions(['exact', 'is_not'], few(nameable(key))) },
    { weight: 1, arbitrary: few(nameable(key)).map((value) => ({ value })) },
    { weight: 2, arbitrary: conditions(['in', 'not_in'], lists) },
  );
}

/** Pieces of the texts that are stored, in the wrong case now and then. */
function pieces(key: string): fc.Arbitrary<unknown> {
  const texts = textsOf(key);
  return fc
    .record({
      text: fc.constantFrom(...(texts.length > 0 ? texts : ['a', 't', '3'])),
      start: fc.nat(3),
      length: fc.integer({ min: 1, max: 4 }),
      shape: fc.constantFrom('as is', 'upper', 'lower'),
    })
    .map(({ text, start, length, shape }) => {
      const letters = Array.from(text);
      const piece = letters
        .slice(start % letters.length)
        .slice(0, length)
        .join('');
      return shape === 'upper' ? piece.toUpperCase() : shape === 'lower' ? piece.toLowerCase() : piece;
    });
}

function substrings(key: string): fc.Arbitrary<Condition> {
  const several = fc.array(pieces(key), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: conditions(['icontains', 'not_icontains'], few(pieces(key))) },
    { weight: 2, arbitrary: conditions(['icontains_multi', 'not_icontains_multi'], several) },
    { weight: 3, arbitrary: conditions(['starts_with', 'not_starts_with'], pieces(key)) },
    { weight: 3, arbitrary: conditions(['ends_with', 'not_ends_with'], pieces(key)) },
    { weight: 1, arbitrary: fc.constant({ operator: 'icontains', value: [] }) },
  );
}

/** Only what means the same in RE2 and in JavaScript (README.md). */
const PATTERNS = [
  '^pro',
  'o$',
  '[0-9]+',
  '^user-\\d+$',
  '(?i)user',
  '^(free|trial)$',
  'r{1}',
  '^.$',
  'a.b',
  '^-?\\d+$',
  '(?i)^T',
];
const patterns = conditions(['regex', 'not_regex'], few(fc.constantFrom(...PATTERNS)));

const NUMBERS = [5, 9, 18, 30, 31, 100, 0, '30', '9'];
const numbers = fc.constantFrom<unknown>(...NUMBERS);

const order = fc.oneof(
  { weight: 4, arbitrary: conditions(['gt', 'gte', 'lt', 'lte'], few(numbers)) },
  { weight: 1, arbitrary: conditions(['min', 'max'], numbers) },
  {
    weight: 2,
    arbitrary: fc.record({
      operator: fc.constantFrom('between', 'not_between'),
      value: fc.constantFrom([5, 30], [9, 18], [30, 30], ['5', '40'], [-10, 100]),
    }),
  },
);

const versions = fc.oneof(
  {
    weight: 5,
    arbitrary: conditions(
      ['semver_eq', 'semver_neq', 'semver_gt', 'semver_gte', 'semver_lt', 'semver_lte'],
      fc.constantFrom('1.2.3', '1.2.4', '1.3.0', '1.10.0', '0.2.3'),
    ),
  },
  { weight: 1, arbitrary: conditions(['semver_tilde'], fc.constantFrom('1.2.3', '1.2', '1', '0.2.3')) },
  { weight: 1, arbitrary: conditions(['semver_caret'], fc.constantFrom('1.2.3', '0.2.3', '0.0.3', '1.3.0')) },
  { weight: 1, arbitrary: conditions(['semver_wildcard'], fc.constantFrom('1.*', '1.2.*', '0.*')) },
);

const presence = fc.constantFrom<Condition>(
  { operator: 'is_set' },
  { operator: 'is_not_set' },
  { operator: 'is_set', value: 'is_set' },
);

/** Relative dates, days, local times and instants, close to what is stored. */
export function dateConditionArbitrary(place: Place): fc.Arbitrary<Condition> {
  const relative = fc
    .record({
      sign: fc.constantFrom('-', ''),
      amount: fc.integer({ min: 1, max: 20 }),
      unit: fc.constantFrom('d', 'd', 'd', 'h', 'w', 'm'),
    })
    .map(({ sign, amount, unit }) => `${sign}${amount}${unit}`);
  const absolute = fc
    .record({ when: whenArbitrary, form: fc.constantFrom('iso', 'day', 'local', 'space') })
    .map(({ when, form }) => writeDate(instantAt(when, place), form));
  return conditions(
    ['is_date_before', 'is_date_after', 'is_date_before', 'is_date_after', 'is_date_exact'],
    fc.oneof(relative, absolute),
  );
}

/** Operators that suit the key nine times of ten, any other for the rest. */
export function propertyFilterArbitrary(place: Place): fc.Arbitrary<GeneratedFilter> {
  const plain = fc.constantFrom(...PLAIN_KEYS).chain((key) => {
    const suited: Record<string, fc.Arbitrary<Condition>> = {
      plan: fc.oneof(equality(key), substrings(key), patterns),
      age: fc.oneof(equality(key), order, order),
      vip: fc.oneof(equality(key), presence),
      tags: fc.oneof(equality(key), substrings(key), presence),
      version: fc.oneof(versions, versions, equality(key)),
      note: fc.oneof(substrings(key), patterns, equality(key)),
    };
    const other = fc.oneof(order, patterns, substrings(key), versions, presence, dateConditionArbitrary(place));
    return fc
      .oneof({ weight: 9, arbitrary: suited[key] ?? presence }, { weight: 1, arbitrary: other })
      .map((condition) => ({ key, ...condition }));
  });
  const dates = dateConditionArbitrary(place).map((condition) => ({ key: DATE_KEY, ...condition }));
  return fc.oneof({ weight: 6, arbitrary: plain }, { weight: 2, arbitrary: dates });
}

export function distinctIdFilterArbitrary(): fc.Arbitrary<GeneratedFilter> {
  const ids = fc.constantFrom('p0', 'p1', 'anon-2', 'P3@Acme.com', 'p4');
  const parts = fc.constantFrom('ANON', '@acme.com', 'p1', '-2');
  return fc
    .oneof(
      conditions(['exact', 'is_not', 'in', 'not_in'], fc.array(ids, { minLength: 1, maxLength: 3 })),
      conditions(['icontains', 'not_icontains', 'starts_with', 'ends_with', 'not_ends_with'], parts),
    )
    .map((condition) => ({ key: 'distinct_id', ...condition }));
}

/** `exact` and `is_not` for all keys, more for the text. */
export const elementFilterArbitrary: fc.Arbitrary<GeneratedFilter> = fc
  .constantFrom<'text' | 'tag_name' | 'href'>('text', 'text', 'tag_name', 'href')
  .chain((key) => {
    const values = fc.constantFrom(...ELEMENT_VALUES[key]);
    const operators = key === 'text' ? ['exact', 'is_not', 'icontains', 'not_icontains'] : ['exact', 'is_not'];
    return conditions(operators, values).map((condition) => ({ key, ...condition }));
  });
