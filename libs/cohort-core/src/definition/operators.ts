/** How an operator takes its `value`. */
export type Operand = 'none' | 'scalars' | 'range' | 'pattern' | 'date' | 'version' | 'tilde' | 'wildcard';

/** How the answer is found: by SQL on the stored JSON, or by our own code on the distinct stored values (RE2, dates, versions). */
type Method = 'sql' | 'values';

/** For docs/reference/filters.md; a test runs it. A stored value that is `undefined` is a missing property. */
interface Example {
  readonly value?: unknown;
  readonly matches: unknown;
  readonly differs: unknown;
}

export interface Operator {
  readonly operand: Operand;
  readonly method: Method;
  /** Whether it denies something. Of several values (distinct ids, elements) one must meet a positive operator, each a negated one. */
  readonly negated: boolean;
  /** Whether a person or event without the property matches (one exception: {@link passesMissing}). */
  readonly missing: boolean;
  /** In one sentence, for docs/reference/filters.md and for error messages. */
  readonly meaning: string;
  readonly example: Example;
}

const sql = { method: 'sql', negated: false, missing: false } as const;
const text = { ...sql, operand: 'scalars' } as const;
/** Denies, and is met by those who have nothing to deny it of. */
const denial = { ...text, negated: true, missing: true } as const;
const values = { ...sql, method: 'values' } as const;
const version = { ...values, operand: 'version' } as const;
const date = { ...values, operand: 'date' } as const;

const LIST = ['pro', 'team'];
const ANY_CASE = 'in any letter case';
const AS_STORED = 'as numbers when the property is a number, as text otherwise';

/** Operators on properties: the table that the parser, the evaluation and the documentation share (source: PostHog's batch calculation). */
export const OPERATORS = {
  exact: {
    ...text,
    meaning: 'equal to the value, or to any of a list; case-sensitive',
    example: { value: 'pro', matches: 'pro', differs: 'Pro' },
  },
  is_not: {
    ...denial,
    meaning: 'not equal to the value, nor to any of a list',
    example: { value: 'pro', matches: undefined, differs: 'pro' },
  },
  in: { ...text, meaning: 'one of the list', example: { value: LIST, matches: 'team', differs: 'free' } },
  not_in: { ...denial, meaning: 'none of the list', example: { value: LIST, matches: 'free', differs: 'team' } },
  icontains: {
    ...text,
    meaning: `contains the text, or any of a list, ${ANY_CASE}; % and _ mean themselves`,
    example: { value: '@example.com', matches: 'ADA@Example.com', differs: 'ada@example.org' },
  },
  not_icontains: {
    ...denial,
    meaning: `does not contain the text, ${ANY_CASE}; with a list of two or more, none of them, and the property must be there`,
    example: { value: '@example.com', matches: 'ada@example.org', differs: 'ADA@Example.com' },
  },
  icontains_multi: {
    ...text,
    meaning: `contains any of the texts, ${ANY_CASE}`,
    example: { value: ['free', 'trial'], matches: 'Free plan', differs: 'pro' },
  },
  not_icontains_multi: {
    ...denial,
    missing: false,
    meaning: `is there and contains none of the texts, ${ANY_CASE}`,
    example: { value: ['free', 'trial'], matches: 'pro', differs: undefined },
  },
  starts_with: {
    ...text,
    meaning: `starts with the text, or any of a list, ${ANY_CASE}`,
    example: { value: 'ent', matches: 'Enterprise', differs: 'client' },
  },
  not_starts_with: {
    ...denial,
    meaning: `does not start with the text, nor any of a list, ${ANY_CASE}`,
    example: { value: 'ent', matches: 'client', differs: 'Enterprise' },
  },
  ends_with: {
    ...text,
    meaning: `ends with the text, or any of a list, ${ANY_CASE}`,
    example: { value: '.com', matches: 'example.COM', differs: 'example.com.au' },
  },
  not_ends_with: {
    ...denial,
    meaning: `does not end with the text, nor any of a list, ${ANY_CASE}`,
    example: { value: '.com', matches: 'example.com.au', differs: 'example.COM' },
  },
  gt: { ...text, meaning: `greater: ${AS_STORED}`, example: { value: 30, matches: 100, differs: '100' } },
  gte: { ...text, meaning: `greater or equal: ${AS_STORED}`, example: { value: 30, matches: 30, differs: 29.9 } },
  lt: { ...text, meaning: `less: ${AS_STORED}`, example: { value: 30, matches: '100', differs: 100 } },
  lte: { ...text, meaning: `less or equal: ${AS_STORED}`, example: { value: 30, matches: 30, differs: 30.1 } },
  min: { ...text, meaning: 'the same as gte', example: { value: 30, matches: 30, differs: 29 } },
  max: { ...text, meaning: 'the same as lte', example: { value: 30, matches: 30, differs: 31 } },
  between: {
    ...sql,
    operand: 'range',
    meaning: 'from the first to the second number, both included',
    example: { value: [10, 30], matches: 30, differs: 31 },
  },
  not_between: {
    ...sql,
    operand: 'range',
    negated: true,
    meaning: 'below the first or above the second number',
    example: { value: [10, 30], matches: 31, differs: 10 },
  },
  is_set: { ...sql, operand: 'none', meaning: 'there and not null', example: { matches: '', differs: null } },
  is_not_set: {
    ...sql,
    operand: 'none',
    missing: true,
    meaning: 'missing or null',
    example: { matches: null, differs: '' },
  },
  regex: {
    ...values,
    operand: 'pattern',
    meaning: 'the RE2 pattern is found in the text; case-sensitive, not anchored',
    example: { value: '^a.*@example\\.com$', matches: 'ada@example.com', differs: 'Ada@example.com' },
  },
  not_regex: {
    ...values,
    operand: 'pattern',
    negated: true,
    missing: true,
    meaning: 'the RE2 pattern is not found in the text',
    example: { value: '^test', matches: undefined, differs: 'test-7' },
  },
  is_date_before: {
    ...date,
    meaning: 'a date before the instant',
    example: { value: '2024-01-15', matches: '2024-01-14T23:59:59Z', differs: '2024-01-15' },
  },
  is_date_after: {
    ...date,
    meaning: 'a date after the instant',
    example: { value: '2024-01-15', matches: 1_705_363_200, differs: 'someday' },
  },
  is_date_exact: {
    ...date,
    meaning: 'a date equal to the instant, not merely of the same day',
    example: { value: '2024-01-15T10:30:00Z', matches: '2024-01-15T11:30:00+01:00', differs: '2024-01-15' },
  },
  semver_eq: {
    ...version,
    meaning: 'the same version (major.minor.patch)',
    example: { value: '1.2.3', matches: 'v1.2.3-beta', differs: '1.2' },
  },
  semver_neq: {
    ...version,
    meaning: 'another version',
    example: { value: '1.2.3', matches: '1.2.4', differs: 'unknown' },
  },
  semver_gt: {
    ...version,
    meaning: 'a later version',
    example: { value: '1.2.3', matches: '1.10.0', differs: '1.2.3' },
  },
  semver_gte: {
    ...version,
    meaning: 'this version or a later one',
    example: { value: '1.2.3', matches: '1.2.3', differs: '1.2.2' },
  },
  semver_lt: {
    ...version,
    meaning: 'an earlier version',
    example: { value: '1.2.3', matches: '1.2.2', differs: '1.2.3' },
  },
  semver_lte: {
    ...version,
    meaning: 'this version or an earlier one',
    example: { value: '1.2.3', matches: '1.2.3', differs: '1.2.4' },
  },
  semver_tilde: {
    ...values,
    operand: 'tilde',
    meaning: 'this version or a later patch of its minor (~1.2.3); of its major, when only that is given',
    example: { value: '1.2.3', matches: '1.2.9', differs: '1.3.0' },
  },
  semver_caret: {
    ...version,
    meaning: 'this version or a later one with the same first number that is not zero (^1.2.3)',
    example: { value: '1.2.3', matches: '1.9.0', differs: '2.0.0' },
  },
  semver_wildcard: {
    ...values,
    operand: 'wildcard',
    meaning: 'a version of this line: 1.* or 1.2.*',
    example: { value: '1.2.*', matches: '1.2.9', differs: '1.3.0' },
  },
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof OPERATORS;

export function isOperator(name: unknown): name is OperatorName {
  return typeof name === 'string' && Object.hasOwn(OPERATORS, name);
}
