import type { JsonObject } from '#contracts';

import { invalid } from './api-error.js';

interface TextRule {
  /** Characters as a reader counts them: a pair of surrogates is one. */
  readonly max: number;
  readonly required?: boolean;
  readonly blank?: boolean;
}

/** A text without surrounding blanks, undefined when absent and not required. @throws ApiError 400 in PostHog's words */
export function textField(body: JsonObject, field: string, rule: TextRule): string | undefined {
  const value = ownField(body, field, rule.required === true);
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'string') {
    throw invalid(field, 'Not a valid string.');
  }
  const text = value.trim();
  if (text === '' && rule.blank !== true) {
    throw invalid(field, 'This field may not be blank.', 'blank');
  }
  if (charactersOf(text) > rule.max) {
    throw invalid(field, `Ensure this field has no more than ${rule.max} characters.`, 'max_length');
  }
  return text;
}

/** An integer in a range, undefined when absent. @throws ApiError 400 */
export function integerField(body: JsonObject, field: string, range: { min: number; max: number }): number | undefined {
  const value = ownField(body, field, false);
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw invalid(field, 'A valid integer is required.');
  }
  if (value < range.min) {
    throw invalid(field, `Ensure this value is greater than or equal to ${range.min}.`, 'min_value');
  }
  if (value > range.max) {
    throw invalid(field, `Ensure this value is less than or equal to ${range.max}.`, 'max_value');
  }
  return value;
}

export function booleanField(body: JsonObject, field: string): boolean | undefined {
  const value = ownField(body, field, false);
  if (value !== undefined && typeof value !== 'boolean') {
    throw invalid(field, 'Must be a valid boolean.');
  }
  return value;
}

function ownField(body: JsonObject, field: string, required: boolean): unknown {
  const value = Object.hasOwn(body, field) ? body[field] : undefined;
  if (value === null) {
    throw invalid(field, 'This field may not be null.', 'null');
  }
  if (value === undefined && required) {
    throw invalid(field, 'This field is required.', 'required');
  }
  return value;
}

function charactersOf(text: string): number {
  const pairs = text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0;
  return text.length - pairs;
}
