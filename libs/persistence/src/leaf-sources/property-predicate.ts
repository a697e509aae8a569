import type { OperatorName, Scalar } from '#cohort-core';

import type { Bindings } from './bindings.js';

/** A condition on one JSON property, the same for properties of persons and of events. */
export interface PropertyCondition {
  readonly key: string;
  readonly operator: OperatorName;
  readonly values: readonly Scalar[];
}

type Compile = (property: string, values: readonly Scalar[], bindings: Bindings) => string;

/** JSON null is the same as absent: both read as SQL null here. */
function textOf(property: string): string {
  return `(${property} #>> '{}')`;
}

/** Numbers compare as numbers, all else as text: the stored JSON type decides (spec: filters §3). */
function byStoredType(property: string, comparison: string, value: Scalar, bindings: Bindings): string {
  const text = `${textOf(property)} COLLATE "C" ${comparison} ${bindings.bind(String(value))}::text`;
  const number = numberOf(value);
  const asNumber =
    number === undefined ? 'false' : `${textOf(property)}::numeric ${comparison} ${bindings.bind(number)}::numeric`;
  return `CASE jsonb_typeof(${property}) WHEN 'number' THEN ${asNumber} ELSE ${text} END`;
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$/;

/** The decimal text of a numeric value, so that no digit is lost on the way. */
function numberOf(value: Scalar): string | undefined {
  const text = String(value);
  return typeof value !== 'boolean' && NUMBER.test(text) ? text.trim() : undefined;
}

function anyOf(comparison: string): Compile {
  return (property, values, bindings) =>
    values.map((value) => byStoredType(property, comparison, value, bindings)).join(' OR ');
}

/** `%` and `_` mean themselves (our decision; PostHog lets them be wildcards). */
function containing(property: string, values: readonly Scalar[], bindings: Bindings): string {
  return values
    .map((value) => `${textOf(property)} ILIKE ${bindings.bind(`%${String(value).replaceAll(/[\\%_]/g, '\\$&')}%`)}`)
    .join(' OR ');
}

const COMPILERS: Readonly<Record<OperatorName, Compile>> = {
  exact: anyOf('='),
  is_not: (property, values, bindings) => `(${anyOf('=')(property, values, bindings)}) IS NOT TRUE`,
  icontains: containing,
  is_set: (property) => `${textOf(property)} IS NOT NULL`,
  is_not_set: (property) => `${textOf(property)} IS NULL`,
  gt: anyOf('>'),
  gte: anyOf('>='),
  lt: anyOf('<'),
  lte: anyOf('<='),
};

const WITHOUT_VALUE: readonly OperatorName[] = ['is_set', 'is_not_set'];

/**
 * The SQL predicate of a condition.
 * @param json a jsonb expression holding the properties
 */
export function propertyPredicate(json: string, condition: PropertyCondition, bindings: Bindings): string {
  if (condition.values.length === 0 && !WITHOUT_VALUE.includes(condition.operator)) {
    // An empty list is no condition: everybody passes.
    return 'true';
  }
  const property = `(${json} -> ${bindings.bind(condition.key)}::text)`;
  return `(${COMPILERS[condition.operator](property, condition.values, bindings)})`;
}
