import type { Context } from './context.js';
import { filterInstant, storedInstant } from './date-values.js';
import { compareBytes, foldCase, numberOf, textOf } from './json-text.js';
import { matchesVersion } from './semver.js';

/** Whether a stored value, neither absent nor null, passes the operator with one filter value. */
type Test = (stored: unknown, wanted: unknown, context: Context) => boolean;

export interface Operator {
  test: Test;
  /** `is_not` and its kin: a list means none of, and of several stored values none may be hit. */
  negated: boolean;
  /** Whether an absent or null value passes, given how many filter values there are. */
  missing: (filterValues: number) => boolean;
}

const never = (): boolean => false;
const always = (): boolean => true;
const positive = (test: Test): Operator => ({ test, negated: false, missing: never });
const negated = (test: Test, missing: Operator['missing']): Operator => ({
  test: (...given) => !test(...given),
  negated: true,
  missing,
});

const equals: Test = (stored, wanted) => {
  const number = numberOf(wanted);
  return typeof stored === 'number' && number !== undefined ? stored === number : textOf(stored) === textOf(wanted);
};

const folded =
  (test: (stored: string, wanted: string) => boolean): Test =>
  (stored, wanted) =>
    test(foldCase(textOf(stored)), foldCase(textOf(wanted)));
const contains = folded((stored, wanted) => stored.includes(wanted));
const startsWith = folded((stored, wanted) => stored.startsWith(wanted));
const endsWith = folded((stored, wanted) => stored.endsWith(wanted));

/** Same meaning in RE2 and in JavaScript only for the subset that README.md names. */
const matchesPattern: Test = (stored, wanted) => {
  const pattern = textOf(wanted);
  const ignoresCase = pattern.startsWith('(?i)');
  return new RegExp(ignoresCase ? pattern.slice(4) : pattern, ignoresCase ? 'i' : '').test(textOf(stored));
};

/** Numbers stand in order with numbers only; all else in the order of its text's bytes. */
const ordered =
  (passes: (order: number) => boolean): Test =>
  (stored, wanted) => {
    if (typeof stored !== 'number') {
      return passes(compareBytes(textOf(stored), textOf(wanted)));
    }
    const number = numberOf(wanted);
    return number !== undefined && passes(stored - number);
  };
const gt = ordered((order) => order > 0);
const gte = ordered((order) => order >= 0);
const lt = ordered((order) => order < 0);
const lte = ordered((order) => order <= 0);

const dated =
  (passes: (stored: number, wanted: number) => boolean): Test =>
  (stored, wanted, context) => {
    const instant = storedInstant(stored, context.timezone);
    const bound = filterInstant(textOf(wanted), context);
    return instant !== undefined && bound !== undefined && passes(instant, bound);
  };

const version = (operator: string): Operator =>
  positive((stored, wanted) => matchesVersion(operator, textOf(stored), textOf(wanted)));

const versionOperators = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'tilde', 'caret', 'wildcard'].map(
  (name): [string, Operator] => [`semver_${name}`, version(`semver_${name}`)],
);

/** Operators that look at one filter value at a time; between, is_set and their negations are in property-match.ts. */
export const OPERATORS: Record<string, Operator> = {
  exact: positive(equals),
  is_not: negated(equals, always),
  in: positive(equals),
  not_in: negated(equals, always),
  icontains: positive(contains),
  not_icontains: negated(contains, (filterValues) => filterValues === 1),
  icontains_multi: positive(contains),
  not_icontains_multi: negated(contains, never),
  starts_with: positive(startsWith),
  not_starts_with: negated(startsWith, always),
  ends_with: positive(endsWith),
  not_ends_with: negated(endsWith, always),
  regex: positive(matchesPattern),
  not_regex: negated(matchesPattern, always),
  gt: positive(gt),
  gte: positive(gte),
  lt: positive(lt),
  lte: positive(lte),
  min: positive(gte),
  max: positive(lte),
  is_date_before: positive(dated((stored, wanted) => stored < wanted)),
  is_date_after: positive(dated((stored, wanted) => stored > wanted)),
  is_date_exact: positive(dated((stored, wanted) => stored === wanted)),
  ...Object.fromEntries(versionOperators),
};

export const isBetween: Test = (stored, wanted, context) => {
  const [min, max] = wanted as [unknown, unknown];
  return gte(stored, min, context) && lte(stored, max, context);
};

export const isOutside: Test = (stored, wanted, context) => {
  const [min, max] = wanted as [unknown, unknown];
  return lt(stored, min, context) || gt(stored, max, context);
};
