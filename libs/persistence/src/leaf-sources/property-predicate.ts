import {
  isMatchedByValue,
  isNoCondition,
  type OperatorName,
  passesMissing,
  type PropertyCondition,
  type Scalar,
} from '#cohort-core';

import type { Bindings } from './bindings.js';

/** The stored JSON values that meet a condition of RE2, dates or versions, found beforehand: {@link matchValues}. */
export type MatchedValues = ReadonlyMap<PropertyCondition, readonly string[]>;

/** What a condition is compiled against. */
export interface PropertyTarget {
  /** A jsonb expression that holds the one value. */
  readonly value: string;
  readonly bindings: Bindings;
}

type Compile = (target: PropertyTarget, values: readonly Scalar[]) => string;

/** JSON null is the same as absent: both read as SQL null here. */
export function textOf(value: string): string {
  return `json_text(${value})`;
}

/** Numbers compare as numbers, all else as text: the stored JSON type decides (spec: filters §3). */
function byStoredType({ value, bindings }: PropertyTarget, comparison: string, operand: Scalar): string {
  const text = `${textOf(value)} COLLATE "C" ${comparison} ${bindings.bind(String(operand))}::text`;
  const number = numberOf(operand);
  const asNumber =
    number === undefined ? 'false' : `(${value})::numeric ${comparison} ${bindings.bind(number)}::numeric`;
  return `CASE jsonb_typeof(${value}) WHEN 'number' THEN ${asNumber} ELSE ${text} END`;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** The decimal text of a number, or of a text that spells one and nothing else; no digit is lost on the way. */
function numberOf(value: Scalar): string | undefined {
  return typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value)) ? String(value) : undefined;
}

function anyOf(comparison: string): Compile {
  return (target, values) => values.map((value) => byStoredType(target, comparison, value)).join(' OR ');
}

/**
 * Equality with any of the values. JSON's own equality says the same in one hashed operator (numbers as numbers, all else as the
 * text it stands for), except for values that read like a list or an object: those are compared as text.
 */
const equal: Compile = (target, values) => {
  const structured = values.filter((value) => /^[[{]/.test(String(value)));
  const plain = values.filter((value) => !structured.includes(value)).flatMap(jsonFormsOf);
  const ways = structured.map((value) => byStoredType(target, '=', value));
  return [`${target.value} = ANY(${target.bindings.bind(plain)}::jsonb[])`, ...ways].join(' OR ');
};

/** The JSON values whose text equals the value's: the text itself, and the number or boolean that it spells. */
function jsonFormsOf(value: Scalar): string[] {
  const text = String(value);
  const number = numberOf(value);
  return [
    JSON.stringify(text),
    ...(number === undefined ? [] : [number]),
    ...(text === 'true' || text === 'false' ? [text] : []),
  ];
}

/** `%` and `_` mean themselves (our decision; PostHog lets them be wildcards). */
function literal(text: Scalar): string {
  return String(text).replaceAll(/[\\%_]/g, '\\$&');
}

function like(pattern: (text: string) => string): Compile {
  return ({ value, bindings }, values) =>
    values.map((text) => `${textOf(value)} ILIKE ${bindings.bind(pattern(literal(text)))}`).join(' OR ');
}

const containing = like((text) => `%${text}%`);
const starting = like((text) => `${text}%`);
const ending = like((text) => `%${text}`);

function between(target: PropertyTarget, [min = 0, max = 0]: readonly Scalar[]): string {
  return `(${byStoredType(target, '>=', min)}) AND (${byStoredType(target, '<=', max)})`;
}

function notBetween(target: PropertyTarget, [min = 0, max = 0]: readonly Scalar[]): string {
  return `(${byStoredType(target, '<', min)}) OR (${byStoredType(target, '>', max)})`;
}

type SqlOperator = Exclude<OperatorName, `semver_${string}` | `is_date_${string}` | 'regex' | 'not_regex'>;

/** Operators that deny another: who lacks the property passes where {@link passesMissing} says so. */
const DENIALS = {
  is_not: equal,
  not_in: equal,
  not_icontains: containing,
  not_icontains_multi: containing,
  not_starts_with: starting,
  not_ends_with: ending,
} as const satisfies Partial<Record<SqlOperator, Compile>>;

type Denial = keyof typeof DENIALS;

const COMPILERS: Readonly<Record<Exclude<SqlOperator, Denial>, Compile>> = {
  exact: equal,
  in: equal,
  icontains: containing,
  icontains_multi: containing,
  starts_with: starting,
  ends_with: ending,
  gt: anyOf('>'),
  gte: anyOf('>='),
  lt: anyOf('<'),
  lte: anyOf('<='),
  min: anyOf('>='),
  max: anyOf('<='),
  between,
  not_between: notBetween,
  is_set: ({ value }) => `jsonb_typeof(${value}) IS DISTINCT FROM 'null' AND ${value} IS NOT NULL`,
  is_not_set: ({ value }) => `coalesce(jsonb_typeof(${value}), 'null') = 'null'`,
};

function isDenial(operator: OperatorName): operator is Denial {
  return Object.hasOwn(DENIALS, operator);
}

function denied(found: string, condition: PropertyCondition): string {
  return `(${found}) IS ${passesMissing(condition) ? 'NOT TRUE' : 'FALSE'}`;
}

/**
 * The SQL predicate of a condition.
 * @param json a jsonb expression that holds the properties
 */
export function propertyPredicate(
  json: string,
  condition: PropertyCondition,
  bindings: Bindings,
  matched: MatchedValues,
): string {
  if (isNoCondition(condition)) {
    // Checked here too: a parameter that is bound and not used has no type.
    return 'true';
  }
  return valuePredicate({ value: `(${json} -> ${bindings.bind(condition.key)}::text)`, bindings }, condition, matched);
}

/** The SQL predicate of a condition on one JSON value. */
export function valuePredicate(target: PropertyTarget, condition: PropertyCondition, matched: MatchedValues): string {
  if (isMatchedByValue(condition)) {
    return matchedPredicate(target, condition, matched);
  }
  if (isNoCondition(condition)) {
    return 'true';
  }
  // Of an empty list only `icontains` is a condition.
  const values = condition.operator === 'icontains' && condition.values.length === 0 ? ['[]'] : condition.values;
  return `(${compile(target, condition, values)})`;
}

function compile(target: PropertyTarget, condition: PropertyCondition, values: readonly Scalar[]): string {
  const { operator } = condition;
  return isDenial(operator)
    ? denied(DENIALS[operator](target, values), condition)
    : COMPILERS[operator as Exclude<SqlOperator, Denial>](target, values);
}

function matchedPredicate(
  { value, bindings }: PropertyTarget,
  condition: PropertyCondition,
  matched: MatchedValues,
): string {
  const values = matched.get(condition);
  if (values === undefined) {
    throw new Error(`the values of '${condition.key}' were not matched beforehand`);
  }
  const found = `${value} = ANY(${bindings.bind(values)}::jsonb[])`;
  return `(${condition.operator === 'not_regex' ? denied(found, condition) : found})`;
}
