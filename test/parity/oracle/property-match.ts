import type { Context } from './context.js';
import type { PropertyFilter } from './filter-shapes.js';
import { isBetween, isOutside, OPERATORS } from './operators.js';

function isMissing(stored: unknown): boolean {
  return stored === undefined || stored === null;
}

/** Whether one stored JSON value (undefined when absent) passes a property filter. */
export function matchesProperty(filter: PropertyFilter, stored: unknown, context: Context): boolean {
  switch (filter.operator ?? 'exact') {
    case 'is_set':
      return !isMissing(stored);
    case 'is_not_set':
      return isMissing(stored);
    case 'between':
      return !isMissing(stored) && isBetween(stored, filter.value, context);
    case 'not_between':
      return !isMissing(stored) && isOutside(stored, filter.value, context);
    default:
      return matchesValues(filter, stored, context);
  }
}

function matchesValues(
  { operator: name = 'exact', value }: PropertyFilter,
  stored: unknown,
  context: Context,
): boolean {
  const operator = OPERATORS[name];
  if (!operator) {
    throw new Error(`The oracle does not know the operator ${name}`);
  }
  if (Array.isArray(value) && value.length === 0 && name !== 'icontains') {
    return true;
  }
  const wanted = valuesOf(value);
  if (isMissing(stored)) {
    return operator.missing(wanted.length);
  }
  const passes = (one: unknown): boolean => operator.test(stored, one, context);
  return operator.negated ? wanted.every(passes) : wanted.some(passes);
}

function valuesOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) {
    return [value];
  }
  return value.length === 0 ? ['[]'] : value;
}

/** The same for what a person or event has several of (distinct ids, elements): one must pass; under a negated operator all. */
export function matchesOneOf(filter: PropertyFilter, stored: readonly unknown[], context: Context): boolean {
  if (stored.length === 0) {
    return matchesProperty(filter, undefined, context);
  }
  const passes = (one: unknown): boolean => matchesProperty(filter, one, context);
  return isNegated(filter.operator) ? stored.every(passes) : stored.some(passes);
}

function isNegated(operator = 'exact'): boolean {
  return operator === 'not_between' || (OPERATORS[operator]?.negated ?? false);
}
