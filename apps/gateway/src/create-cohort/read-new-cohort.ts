import type { ParsedFilters } from '#cohort-core';

import { readFilters } from '../check-definition/read-filters.js';
import { invalid } from '../http/api-error.js';
import { booleanField, textField } from '../http/read-fields.js';
import type { JsonObject } from '../http/read-json-body.js';
import { refuseGroups, refuseQuery } from './refuse-other-sources.js';

const MAX_NAME = 400;
const MAX_DESCRIPTION = 1000;

/** A dynamic cohort that may be stored once its definition is checked against the project: every field of the body checked. */
export interface NewCohort {
  readonly name: string;
  readonly description: string;
  /** Undefined: no criteria. */
  readonly definition: ParsedFilters | undefined;
  /** `cohort_type` as sent. */
  readonly givenType: unknown;
}

/** Checks the body of a create. @throws ApiError 400 naming the first field that is wrong */
export function readNewCohort(body: JsonObject): NewCohort {
  const name = textField(body, 'name', { max: MAX_NAME, required: true }) ?? '';
  const description = textField(body, 'description', { max: MAX_DESCRIPTION, blank: true }) ?? '';
  refuseGroups(body['groups']);
  const isStatic = booleanField(body, 'is_static') ?? false;
  const definition = body['filters'] === undefined ? undefined : readFilters(body['filters']);
  refuseQuery(body['query'], { isStatic, hasFilters: definition !== undefined });
  if (isStatic) {
    throw invalid('is_static', 'Static cohorts cannot be created yet.');
  }
  return { name, description, definition, givenType: body['cohort_type'] };
}
