import { RE2JS } from 're2js';

import type { PropertyCondition } from '../definition/condition.js';
import type { Scalar } from '../definition/fields.js';
import { OPERATORS } from '../definition/operators.js';
import { operandParts, parseVersion, type Version } from '../definition/version.js';
import type { Instant } from '../windows/zoned-time.js';
import { operandInstant, storedInstant } from './date-values.js';

/** When and on whose clock dates are read. */
export interface MatchingMoment {
  readonly at: Instant;
  readonly timezone: string;
}

/** A stored JSON value: the text that filters compare, and whether it is a JSON number. */
interface StoredValue {
  readonly text: string;
  readonly isNumber: boolean;
}

/** Whether a stored value meets the condition. */
export type ValueMatcher = (stored: StoredValue) => boolean;

/** Whether the condition is answered by matching distinct stored texts in our own code (RE2, dates, versions). */
export function isMatchedByValue(condition: PropertyCondition): boolean {
  return OPERATORS[condition.operator].method === 'values' && condition.values.length > 0;
}

/**
 * Compiles a condition for which {@link isMatchedByValue} holds. For `not_regex` the matcher tells whether the pattern IS found:
 * the caller takes the rest, with those who have no value.
 */
export function compileValueMatcher(condition: PropertyCondition, moment: MatchingMoment): ValueMatcher {
  const matchers = condition.values.map((value) => compileOne(condition, value, moment));
  return (stored) => matchers.some((matches) => matches(stored));
}

function compileOne({ operator }: PropertyCondition, value: Scalar, moment: MatchingMoment): ValueMatcher {
  const { operand } = OPERATORS[operator];
  if (operand === 'pattern') {
    const pattern = RE2JS.compile(String(value));
    return ({ text }) => pattern.matcher(text).find();
  }
  return operand === 'date' ? compileDate(operator, value, moment) : compileVersion(operator, value);
}

function compileDate(operator: string, value: Scalar, { at, timezone }: MatchingMoment): ValueMatcher {
  const limit = operandInstant(String(value), at, timezone).epochNanoseconds;
  return (stored) => {
    const instant = storedInstant(stored, timezone)?.epochNanoseconds;
    if (instant === undefined) {
      return false;
    }
    return operator === 'is_date_before'
      ? instant < limit
      : operator === 'is_date_after'
        ? instant > limit
        : instant === limit;
  };
}

type VersionTest = (stored: Version, operand: Version, given: number) => boolean;

const VERSION_TESTS: Readonly<Record<string, VersionTest>> = {
  semver_eq: (stored, operand) => compare(stored, operand) === 0,
  semver_neq: (stored, operand) => compare(stored, operand) !== 0,
  semver_gt: (stored, operand) => compare(stored, operand) > 0,
  semver_gte: (stored, operand) => compare(stored, operand) >= 0,
  semver_lt: (stored, operand) => compare(stored, operand) < 0,
  semver_lte: (stored, operand) => compare(stored, operand) <= 0,
  semver_tilde: (stored, operand, given) => isBetween(stored, operand, next(operand, given === 1 ? 0 : 1)),
  semver_caret: (stored, operand, given) => isBetween(stored, operand, next(operand, caretPosition(operand, given))),
  semver_wildcard: (stored, operand, given) => isBetween(stored, operand, next(operand, given - 1)),
};

function compileVersion(operator: string, value: Scalar): ValueMatcher {
  const parts = operandParts(value);
  const operand: Version = [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
  const test = VERSION_TESTS[operator];
  return ({ text }) => {
    const version = parseVersion(text);
    return version !== undefined && test !== undefined && test(version, operand, parts.length);
  };
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function isBetween(version: Version, from: Version, before: Version): boolean {
  return compare(version, from) >= 0 && compare(version, before) < 0;
}

/** The first version whose number at `position` is greater: next([1, 2, 3], 1) is 1.3.0. */
function next(version: Version, position: number): Version {
  const bumped = version.map((part, index) => (index < position ? part : index === position ? part + 1 : 0));
  return [bumped[0] ?? 0, bumped[1] ?? 0, bumped[2] ?? 0];
}

/** A caret holds the first number that is not zero: ^1.2.3 < 2, ^0.2.3 < 0.3, ^0.0.3 < 0.0.4. */
function caretPosition(version: Version, given: number): number {
  const first = version.findIndex((part) => part !== 0);
  return first === -1 ? given - 1 : Math.min(first, given - 1);
}
