import type { JsonObject } from '#contracts';

import { invalid } from '../http/api-error.js';
import { MAX_COHORT_IDS, MAX_DISTINCT_IDS } from './lookup-membership.request.js';

export interface Lookup {
  readonly distinctIds: readonly string[];
  /** Undefined: all. */
  readonly cohortIds: ReadonlySet<number> | undefined;
}

/** @throws ApiError 400 */
export function readLookup(body: JsonObject): Lookup {
  const distinctIds = listOf(body, 'distinct_ids', MAX_DISTINCT_IDS);
  if (distinctIds === undefined) {
    throw invalid('distinct_ids', 'This field is required.', 'required');
  }
  if (distinctIds.length === 0) {
    throw invalid('distinct_ids', 'This list may not be empty.', 'empty');
  }
  const cohortIds = listOf(body, 'cohort_ids', MAX_COHORT_IDS);
  requireAll(distinctIds, 'distinct_ids', isText, 'Not a valid string.');
  requireAll(cohortIds ?? [], 'cohort_ids', isId, 'A valid positive integer is required.');
  return {
    distinctIds: [...new Set(distinctIds as string[])],
    cohortIds: cohortIds === undefined ? undefined : new Set(cohortIds as number[]),
  };
}

function listOf(body: JsonObject, field: string, max: number): readonly unknown[] | undefined {
  const value = Object.hasOwn(body, field) ? body[field] : undefined;
  if (value === undefined) {
    return undefined;
  }
  if (value === null) {
    throw invalid(field, 'This field may not be null.', 'null');
  }
  if (!Array.isArray(value)) {
    throw invalid(field, `Expected a list of items but got type "${typeof value}".`, 'not_a_list');
  }
  if (value.length > max) {
    throw invalid(field, `Ensure this field has no more than ${max} elements.`, 'max_length');
  }
  return value as unknown[];
}

function requireAll(
  items: readonly unknown[],
  field: string,
  isRight: (item: unknown) => boolean,
  detail: string,
): void {
  const place = items.findIndex((item) => !isRight(item));
  if (place !== -1) {
    throw invalid(`${field}__${place}`, detail);
  }
}

function isText(item: unknown): boolean {
  return typeof item === 'string';
}

function isId(item: unknown): boolean {
  return Number.isInteger(item) && Number(item) >= 1;
}
