import { cohortsOf, parseFlagFilters } from '#cohort-core';
import type { JsonObject } from '#contracts';

import { refusing } from '../check-definition/read-filters.js';
import { invalid } from '../http/api-error.js';
import { booleanField, textField } from '../http/read-fields.js';

const MAX_KEY = 400;
const MAX_NAME = 1000;
const KEY = /^[a-zA-Z0-9_-]+$/;

/** Filters that a flag may be stored with, as far as can be told without its project. */
export interface FlagFilters {
  readonly filters: JsonObject;
  /** The cohorts that they name, in order, each once. */
  readonly cohortIds: readonly number[];
}

/** What a body says of a flag; absent fields are undefined. */
export interface FlagFields {
  readonly key: string | undefined;
  readonly name: string | undefined;
  readonly active: boolean | undefined;
  readonly filters: FlagFilters | undefined;
}

/** Checks the fields of a body. @throws ApiError 400 naming the first field that is wrong */
export function readFlagFields(body: JsonObject, { isNew }: { readonly isNew: boolean }): FlagFields {
  refuseContinuity(body);
  return {
    key: readKey(body, isNew),
    name: textField(body, 'name', { max: MAX_NAME, blank: true }),
    active: booleanField(body, 'active'),
    filters: Object.hasOwn(body, 'filters') ? readFlagFilters(body['filters']) : undefined,
  };
}

/** @throws ApiError 400, `attr` the path of what is wrong */
export function readFlagFilters(given: unknown): FlagFilters {
  const { filters, definition } = refusing(() => parseFlagFilters(given));
  const cohortIds = definition.groups.flatMap(({ tree }) => (tree === null ? [] : cohortsOf(tree)));
  return { filters, cohortIds: [...new Set(cohortIds)] };
}

function readKey(body: JsonObject, required: boolean): string | undefined {
  const key = textField(body, 'key', { max: MAX_KEY, required });
  if (key !== undefined && !KEY.test(key)) {
    throw invalid('key', 'Only letters, numbers, hyphens (-) & underscores (_) are allowed.', 'invalid_key');
  }
  return key;
}

/** It would keep a value across a login, which needs another hash: to take it and not do it would be a wrong answer. */
function refuseContinuity(body: JsonObject): void {
  if (body['ensure_experience_continuity'] === true) {
    throw invalid('ensure_experience_continuity', 'Experience continuity is not supported.');
  }
}
