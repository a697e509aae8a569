import { RE2JS } from 're2js';

import type { JsonObject } from '#contracts';

import { isAbsoluteDate, parseLooseDate, parseRelative } from './dates.js';
import { DefinitionError, join, shown } from './definition-error.js';
import { type Scalar, scalarsField } from './fields.js';
import { isOperator, type Operand, type OperatorName, OPERATORS } from './operators.js';
import { isTildeOperand, isVersion, isWildcardOperand } from './version.js';

/** A condition on one JSON property, the same for properties of persons and of events. */
export interface PropertyCondition {
  readonly key: string;
  readonly operator: OperatorName;
  /** Empty for operators without a value, and for `[]`, which is no condition. */
  readonly values: readonly Scalar[];
}

/** Long enough for what people write, short enough that its automaton stays small. */
const MAX_PATTERN = 256;

/** Reads `operator` (default exact where allowed). @throws DefinitionError */
export function operatorField(leaf: JsonObject, path: string): OperatorName {
  const { operator } = leaf;
  if (isOperator(operator)) {
    return operator;
  }
  const expected = Object.keys(OPERATORS).join(', ');
  throw new DefinitionError(
    join(path, 'operator'),
    `Unknown operator ${shown(operator)}. Expected one of: ${expected}.`,
  );
}

/** Whether the leaf's operator takes no value, so that `value` may be absent. */
export function takesNoValue(leaf: JsonObject): boolean {
  return isOperator(leaf['operator']) && OPERATORS[leaf['operator']].operand === 'none';
}

/** Reads and checks `value` as the operator takes it. @throws DefinitionError */
export function operandField(leaf: JsonObject, operator: OperatorName, path: string): readonly Scalar[] {
  const { operand } = OPERATORS[operator];
  if (operand === 'none') {
    refuseShapelessValue(leaf, path);
    return [];
  }
  const values = scalarsField(leaf, 'value', path);
  CHECKS[operand]({ values, operator, path: join(path, 'value'), isList: Array.isArray(leaf['value']) });
  return values;
}

/** A value without meaning is stored all the same, so it must look like one. */
function refuseShapelessValue(leaf: JsonObject, path: string): void {
  if (leaf['value'] !== undefined && leaf['value'] !== null) {
    scalarsField(leaf, 'value', path);
  }
}

interface Checked {
  readonly values: readonly Scalar[];
  readonly operator: OperatorName;
  readonly path: string;
  readonly isList: boolean;
}

type Check = (checked: Checked) => void;

function each(isFine: (value: Scalar) => boolean, complaint: (value: Scalar, operator: OperatorName) => string): Check {
  return ({ values, operator, path }) => {
    for (const value of values) {
      if (!isFine(value)) {
        throw new DefinitionError(path, complaint(value, operator));
      }
    }
  };
}

function checkRange({ values, operator, path, isList }: Checked): void {
  const [min, max] = values.map(toNumber);
  if (!isList || values.length !== 2 || min === undefined || max === undefined || min > max) {
    throw new DefinitionError(
      path,
      `${operator} takes two numbers, [min, max], with min <= max. Got: ${shown(values)}`,
    );
  }
}

function toNumber(value: Scalar): number | undefined {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()));
  return isNumeric ? Number(value) : undefined;
}

function isPattern(value: Scalar): boolean {
  if (typeof value !== 'string' || value.length > MAX_PATTERN) {
    return false;
  }
  try {
    RE2JS.compile(value);
    return true;
  } catch {
    return false;
  }
}

function isDate(value: Scalar): boolean {
  return (
    typeof value === 'string' &&
    (parseRelative(value) !== undefined || isAbsoluteDate(value) || parseLooseDate(value) !== undefined)
  );
}

const CHECKS: Readonly<Record<Operand, Check>> = {
  none: () => undefined,
  scalars: () => undefined,
  range: checkRange,
  pattern: each(
    isPattern,
    (value) =>
      `Invalid regular expression ${shown(value)}. Expected RE2 syntax (no look-around, no back-references), ${MAX_PATTERN} characters at most.`,
  ),
  date: each(
    isDate,
    (value, operator) =>
      `Invalid date value '${String(value).slice(0, 80)}' for operator '${operator}'. Expected a relative date (e.g., '-7d', '30d') or an ISO 8601 date (e.g., '2024-01-15').`,
  ),
  version: each(isVersion, (value) => `Invalid version ${shown(value)}. Expected three numbers, e.g. '1.2.3'.`),
  tilde: each(isTildeOperand, (value) => `Invalid version ${shown(value)}. Expected '1.2.3', '1.2' or '1'.`),
  wildcard: each(isWildcardOperand, (value) => `Invalid version line ${shown(value)}. Expected '1.*' or '1.2.*'.`),
};

/**
 * Whether everybody meets the condition: its list is empty. `icontains` of an empty list searches for the text of the list: PostHog's
 * quirk, kept.
 */
export function isNoCondition({ operator, values }: PropertyCondition): boolean {
  return values.length === 0 && OPERATORS[operator].operand !== 'none' && operator !== 'icontains';
}

/** Whether one without the property meets the condition. PostHog's quirk, kept: `not_icontains` of two texts or more asks for it. */
export function passesMissing({ operator, values }: PropertyCondition): boolean {
  return OPERATORS[operator].missing && !(operator === 'not_icontains' && values.length > 1);
}
