import { all, onProperty, story } from './case.js';

/** spec/filters.md §4: patterns, starts and ends, presence, and the key distinct_id. */
export const patternOperatorCases = [
  ...onProperty([
    {
      name: 'regex searches anywhere and minds case',
      has: { ann: 'user-42', bob: 'USER-42', cyd: 'my user-7 x', dan: 'user', eve: undefined },
      is: { operator: 'regex', value: 'user-[0-9]+' },
      members: ['ann', 'cyd'],
    },
    {
      name: 'regex with anchors',
      has: { ann: 'user-42', bob: 'my user-42' },
      is: { operator: 'regex', value: '^user-\\d+$' },
      members: ['ann'],
    },
    {
      name: 'regex: (?i) ignores case',
      has: { ann: 'User', bob: 'user', cyd: 'owner' },
      is: { operator: 'regex', value: '(?i)^USER$' },
      members: ['ann', 'bob'],
    },
    {
      name: 'regex reads a number as its text',
      has: { ann: 4200, bob: 17 },
      is: { operator: 'regex', value: '^42' },
      members: ['ann'],
    },
    {
      name: 'regex with several patterns: any of',
      has: { ann: 'alpha', bob: 'beta', cyd: 'gamma' },
      is: { operator: 'regex', value: ['^al', 'mma$'] },
      members: ['ann', 'cyd'],
    },
    {
      name: 'not_regex: missing passes',
      has: { ann: 'user-1', bob: 'owner', cyd: undefined },
      is: { operator: 'not_regex', value: '^user' },
      members: ['bob', 'cyd'],
    },
    {
      name: 'not_regex with several patterns: none of, missing passes',
      has: { ann: 'alpha', bob: 'beta', cyd: 'gamma', dan: null },
      is: { operator: 'not_regex', value: ['^al', 'mma$'] },
      members: ['bob', 'dan'],
    },
    {
      name: 'starts_with ignores case, as icontains does',
      has: { ann: '/Docs/a', bob: '/docs', cyd: 'x/docs', dan: undefined },
      is: { operator: 'starts_with', value: '/DOCS' },
      members: ['ann', 'bob'],
    },
    {
      name: 'starts_with reads a number as its text',
      has: { ann: 323, bob: 123 },
      is: { operator: 'starts_with', value: '3' },
      members: ['ann'],
    },
    {
      name: 'starts_with takes % literally',
      has: { ann: '%a', bob: 'aa' },
      is: { operator: 'starts_with', value: '%' },
      members: ['ann'],
    },
    {
      name: 'not_starts_with: missing passes',
      has: { ann: '/docs', bob: 'x/docs', cyd: undefined, dan: null },
      is: { operator: 'not_starts_with', value: '/Docs' },
      members: ['bob', 'cyd', 'dan'],
    },
    {
      name: 'ends_with ignores case',
      has: { ann: 'ann@ACME.com', bob: 'bob@acme.computer', cyd: 'acme.com' },
      is: { operator: 'ends_with', value: 'acme.COM' },
      members: ['ann', 'cyd'],
    },
    {
      name: 'not_ends_with: missing passes',
      has: { ann: 'ann@acme.com', bob: 'bob@acme.computer', cyd: undefined },
      is: { operator: 'not_ends_with', value: '@acme.com' },
      members: ['bob', 'cyd'],
    },
    {
      name: 'starts_with of a list: any of',
      has: { ann: 'alpha', bob: 'beta', cyd: 'gamma' },
      is: { operator: 'starts_with', value: ['al', 'GA'] },
      members: ['ann', 'cyd'],
    },
    {
      name: 'is_set: anything but null, the empty text too (D5)',
      has: { ann: '', bob: null, cyd: undefined, dan: false, eve: 0, fay: [] },
      is: { operator: 'is_set' },
      members: ['ann', 'dan', 'eve', 'fay'],
    },
    {
      name: 'is_set ignores its value',
      has: { ann: 'x', bob: undefined },
      is: { operator: 'is_set', value: 'y' },
      members: ['ann'],
    },
    {
      name: 'is_not_set: absent and null are the same',
      has: { ann: '', bob: null, cyd: undefined, dan: 'null' },
      is: { operator: 'is_not_set' },
      members: ['bob', 'cyd'],
    },
  ]),
  story({
    name: 'distinct_id looks at the ids, not at a property of that name',
    given: {
      ann: { distinctIds: ['a1', 'a2'] },
      bob: { distinctIds: ['b1'], properties: { distinct_id: 'a2' } },
    },
    filters: all({ type: 'person', key: 'distinct_id', operator: 'exact', value: 'a2' }),
    members: ['ann'],
  }),
  story({
    name: 'distinct_id is_not: none of the ids is it',
    given: { ann: { distinctIds: ['a1', 'a2'] }, bob: { distinctIds: ['b1'] } },
    filters: all({ type: 'person', key: 'distinct_id', operator: 'is_not', value: 'a2' }),
    members: ['bob'],
  }),
  story({
    name: 'distinct_id icontains: one of the ids does',
    given: { ann: { distinctIds: ['x', 'anon-1'] }, bob: { distinctIds: ['b1'] } },
    filters: all({ type: 'person', key: 'distinct_id', operator: 'icontains', value: 'ANON' }),
    members: ['ann'],
  }),
];
