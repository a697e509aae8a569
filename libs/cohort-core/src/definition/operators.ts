/** How an operator takes its `value`. */
export type Operand = 'none' | 'scalars' | 'range' | 'pattern' | 'date' | 'version' | 'tilde' | 'wildcard';

/** How the answer is found: by SQL on the stored JSON, or by our own code on the distinct stored texts (RE2, dates, versions). */
type Method = 'sql' | 'values';

export interface Operator {
  readonly operand: Operand;
  readonly method: Method;
  /** Whether it denies something. Of several values (distinct ids, elements) one must meet a positive operator, each a negated one. */
  readonly negated: boolean;
  /** Whether a person or event without the property matches (one exception: {@link passesMissing}). */
  readonly missing: boolean;
  /** In one sentence, for docs/reference/filters.md and for error messages. */
  readonly meaning: string;
  /** A value for the documentation's example. */
  readonly example: unknown;
}

type Sign = 'positive' | 'negated';

function bySql(operand: Operand, sign: Sign, missing: boolean, example: unknown, meaning: string): Operator {
  return { operand, method: 'sql', negated: sign === 'negated', missing, example, meaning };
}

function byValues(operand: Operand, sign: Sign, missing: boolean, example: unknown, meaning: string): Operator {
  return { operand, method: 'values', negated: sign === 'negated', missing, example, meaning };
}

/** Operators on properties: the table that the parser, the evaluation and the documentation share (source: PostHog's batch calculation). */
export const OPERATORS = {
  exact: bySql('scalars', 'positive', false, 'pro', 'equal to the value, or to any of a list; case-sensitive'),
  is_not: bySql('scalars', 'negated', true, 'pro', 'not equal to the value, nor to any of a list'),
  in: bySql('scalars', 'positive', false, ['pro', 'team'], 'one of the list'),
  not_in: bySql('scalars', 'negated', true, ['pro', 'team'], 'none of the list'),
  icontains: bySql(
    'scalars',
    'positive',
    false,
    '@example.com',
    'contains the text, or any of a list, in any letter case',
  ),
  not_icontains: bySql(
    'scalars',
    'negated',
    true,
    '@example.com',
    'does not contain the text in any letter case; with a list of two or more, none of them, and the property must be there',
  ),
  icontains_multi: bySql(
    'scalars',
    'positive',
    false,
    ['free', 'trial'],
    'contains any of the texts, in any letter case',
  ),
  not_icontains_multi: bySql(
    'scalars',
    'negated',
    false,
    ['free', 'trial'],
    'is there and contains none of the texts, in any letter case',
  ),
  starts_with: bySql('scalars', 'positive', false, 'ent', 'starts with the text, or any of a list, in any letter case'),
  not_starts_with: bySql(
    'scalars',
    'negated',
    true,
    'ent',
    'does not start with the text, nor any of a list, in any letter case',
  ),
  ends_with: bySql('scalars', 'positive', false, '.com', 'ends with the text, or any of a list, in any letter case'),
  not_ends_with: bySql(
    'scalars',
    'negated',
    true,
    '.com',
    'does not end with the text, nor any of a list, in any letter case',
  ),
  gt: bySql('scalars', 'positive', false, 30, 'greater: as numbers when the property is a number, as text otherwise'),
  gte: bySql(
    'scalars',
    'positive',
    false,
    30,
    'greater or equal: as numbers when the property is a number, as text otherwise',
  ),
  lt: bySql('scalars', 'positive', false, 30, 'less: as numbers when the property is a number, as text otherwise'),
  lte: bySql(
    'scalars',
    'positive',
    false,
    30,
    'less or equal: as numbers when the property is a number, as text otherwise',
  ),
  min: bySql('scalars', 'positive', false, 30, 'the same as gte'),
  max: bySql('scalars', 'positive', false, 30, 'the same as lte'),
  between: bySql('range', 'positive', false, [10, 30], 'from the first to the second number, both included'),
  not_between: bySql('range', 'negated', false, [10, 30], 'below the first or above the second number'),
  is_set: bySql('none', 'positive', false, undefined, 'the property is there and not null'),
  is_not_set: bySql('none', 'positive', true, undefined, 'the property is missing or null'),
  regex: byValues(
    'pattern',
    'positive',
    false,
    '^a.*@example\\.com$',
    'the RE2 pattern is found in the text; case-sensitive, not anchored',
  ),
  not_regex: byValues('pattern', 'negated', true, '^test', 'the RE2 pattern is not found in the text'),
  is_date_before: byValues('date', 'positive', false, '-7d', 'a date before the instant'),
  is_date_after: byValues('date', 'positive', false, '2024-01-15', 'a date after the instant'),
  is_date_exact: byValues('date', 'positive', false, '2024-01-15T10:30:00Z', 'a date equal to the instant'),
  semver_eq: byValues('version', 'positive', false, '1.2.3', 'the same version (major.minor.patch)'),
  semver_neq: byValues('version', 'positive', false, '1.2.3', 'another version'),
  semver_gt: byValues('version', 'positive', false, '1.2.3', 'a later version'),
  semver_gte: byValues('version', 'positive', false, '1.2.3', 'this version or a later one'),
  semver_lt: byValues('version', 'positive', false, '1.2.3', 'an earlier version'),
  semver_lte: byValues('version', 'positive', false, '1.2.3', 'this version or an earlier one'),
  semver_tilde: byValues('tilde', 'positive', false, '1.2.3', 'this version or a later patch of its minor: ~1.2.3'),
  semver_caret: byValues('version', 'positive', false, '1.2.3', 'a compatible version: ^1.2.3'),
  semver_wildcard: byValues('wildcard', 'positive', false, '1.2.*', 'a version of this line: 1.* or 1.2.*'),
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof OPERATORS;

export function isOperator(name: unknown): name is OperatorName {
  return typeof name === 'string' && Object.hasOwn(OPERATORS, name);
}
