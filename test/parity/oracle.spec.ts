import { CASES } from './cases/index.js';
import { oracleMembers } from './oracle/index.js';

describe.each(Object.entries(CASES))('%s', (_theme, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { at, filters, members, ...world }) => {
    expect(oracleMembers(filters, world, at)).toEqual(members);
  });
});
