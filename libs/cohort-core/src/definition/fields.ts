import type { JsonObject } from '#contracts';

import { DefinitionError, join, shown } from './definition-error.js';

/** What a property is compared with. */
export type Scalar = string | number | boolean;

/** Longest text of a key or value; a longer one is a mistake or an attack, not a criterion. */
const MAX_TEXT = 400;
const MAX_VALUES = 1_000;

/** Refuses keys that the leaf does not know; PostHog forbids them too. */
export function refuseUnknownKeys(value: JsonObject, known: readonly string[], path: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new DefinitionError(
      join(path, unknown),
      `Extra inputs are not permitted: '${unknown}'. Expected: ${known.join(', ')}.`,
    );
  }
}

/** Fails with PostHog's own sentence when required keys are absent or null. */
export function requireKeys(value: JsonObject, keys: readonly string[], path: string, kind: string): void {
  const missing = keys.filter((key) => value[key] === undefined || value[key] === null);
  const [first] = missing;
  if (first !== undefined) {
    const at = missing.length === 1 ? join(path, first) : path;
    throw new DefinitionError(at, `Missing required keys for ${kind} filter: ${missing.join(', ')}`);
  }
}

export function textField(value: JsonObject, field: string, path: string): string {
  const text = value[field];
  if (typeof text !== 'string' || text === '') {
    throw new DefinitionError(join(path, field), `Expected a non-empty string. Got: ${shown(text)}`);
  }
  if (text.length > MAX_TEXT) {
    throw new DefinitionError(join(path, field), `Expected at most ${MAX_TEXT} characters. Got: ${text.length}`);
  }
  return text;
}

interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** An integer, or the text of one: clients send `"30"` and mean 30. */
export function toInteger(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? value : undefined;
  }
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}

export function integerField(value: JsonObject, field: string, path: string, range: IntegerRange): number {
  const number = toInteger(value[field]);
  if (number === undefined) {
    throw new DefinitionError(join(path, field), `${field} must be an integer, got ${shown(value[field])}`);
  }
  if (number < range.min || number > range.max) {
    const rule = number < range.min ? `greater than ${range.min - 1}` : `at most ${range.max}`;
    throw new DefinitionError(join(path, field), `${field} must be ${rule}, got ${number}`);
  }
  return number;
}

export function booleanField(value: JsonObject, field: string, path: string): boolean {
  const given = value[field] ?? false;
  if (typeof given === 'boolean') {
    return given;
  }
  if (given === 'true' || given === 'false') {
    return given === 'true';
  }
  throw new DefinitionError(join(path, field), `Expected true or false. Got: ${shown(given)}`);
}

function isScalar(value: unknown): value is Scalar {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

/** One scalar, or a list of them. */
export function scalarsField(value: JsonObject, field: string, path: string): readonly Scalar[] {
  const given = value[field];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > MAX_VALUES) {
    throw new DefinitionError(join(path, field), `Expected at most ${MAX_VALUES} values. Got: ${list.length}`);
  }
  return list.map((item, index) => {
    if (!isScalar(item)) {
      const at = Array.isArray(given) ? join(join(path, field), index) : join(path, field);
      throw new DefinitionError(at, 'Expected a string, a number, true or false, or a list of these.');
    }
    if (typeof item === 'string' && item.length > MAX_TEXT) {
      throw new DefinitionError(join(path, field), `Expected at most ${MAX_TEXT} characters. Got: ${item.length}`);
    }
    return item;
  });
}
