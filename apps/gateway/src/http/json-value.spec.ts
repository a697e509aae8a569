import fc from 'fast-check';

import { flawOf, needsInspection } from './json-value.js';

const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;

describe('what JSON may hold', () => {
  it.each([
    ['{"a":"[[[[{{{{"}', false],
    ['{"a":"\\"[[[["}', false],
    ['{"a":"\\\\"}', false],
    ['["\\\\",[[[[1]]]]]', true],
    [nested(4), false],
    [nested(6), true],
    ['{"a":"\\u0000"}', true],
    ['{"a":"\\uD83D\\uDE00"}', true],
    ['{"a":"\\u00e9"}', false],
    ['{"a":1e400}', true],
    ['{"a":1e-400}', false],
  ])('%s must be looked at: %p', (text, expected) => {
    expect(needsInspection(text, 4)).toBe(expected);
  });

  it('has no flaw where nothing had to be looked at', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const flaw = flawOf(JSON.parse(text), 4);
        expect(flaw === undefined || needsInspection(text, 4)).toBe(true);
      }),
    );
  });

  it('looks through a list of a million without exhausting the stack', () => {
    expect(flawOf({ list: Array.from({ length: 1_000_000 }, () => 0) }, 9)).toBeUndefined();
  });

  it('names the place of the first flaw', () => {
    expect(flawOf({ a: [1, { b: 'x\0' }], c: '\ud800' }, 9)).toMatchObject({
      path: ['a', '1', 'b'],
      code: 'null_characters_not_allowed',
    });
    expect(flawOf({ c: '\udfff', d: Infinity }, 9)).toMatchObject({
      path: ['c'],
      code: 'surrogate_characters_not_allowed',
    });
    expect(flawOf({ d: -Infinity }, 9)).toMatchObject({ path: ['d'], code: 'number_out_of_range' });
    expect(flawOf([[[[1]]]], 3)).toMatchObject({ path: ['0', '0', '0'], code: 'too_deep' });
    expect(flawOf({ a: [1, { b: '😀' }] }, 3)).toBeUndefined();
  });
});
