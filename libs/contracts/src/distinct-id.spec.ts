import { distinctIdProblem, MAX_DISTINCT_ID_LENGTH } from './distinct-id.js';

describe('distinct ids', () => {
  it.each([
    ['', 'empty'],
    [' \t', 'empty'],
    ['a'.repeat(MAX_DISTINCT_ID_LENGTH + 1), 'too long'],
    ['anonymous', 'reserved'],
    ['Anonymous', 'reserved'],
    ['"undefined"', 'reserved'],
    ["'null'", 'reserved'],
    ['NaN', 'reserved'],
    ['0', 'reserved'],
    [' null ', 'reserved'],
    ['[object Object]', 'reserved'],
  ])('%j is %s', (distinctId, problem) => {
    expect(distinctIdProblem(distinctId)).toBe(problem);
  });

  it.each(['alice', '00', 'NULL', 'a'.repeat(MAX_DISTINCT_ID_LENGTH), 'anonymous-1', '名前'])(
    '%j stands for a person',
    (distinctId) => {
      expect(distinctIdProblem(distinctId)).toBeUndefined();
    },
  );
});
