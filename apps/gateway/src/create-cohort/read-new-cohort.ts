import type { CohortGroup, ParsedFilters } from '#cohort-core';
import type { JsonObject } from '#contracts';

import { hasCriteria, readCriteria, readGroups } from '../check-definition/read-criteria.js';
import { readQuerySource, refuseQuery } from '../check-definition/read-query-source.js';
import { invalid } from '../http/api-error.js';
import { booleanField, textField } from '../http/read-fields.js';
import { isUuid } from '../static-members/resolve-persons.js';

export const MAX_NAME = 400;
export const MAX_DESCRIPTION = 1000;

/** A cohort that may be stored once its definition is checked against the project: every field of the body checked. */
export interface NewCohort {
  readonly name: string;
  readonly description: string;
  readonly isStatic: boolean;
  /** Undefined: no criteria. */
  readonly definition: ParsedFilters | undefined;
  readonly groups: readonly CohortGroup[];
  /** Uuids of the first members of a static cohort. */
  readonly personIds: readonly string[];
  /** `cohort_type` as sent. */
  readonly givenType: unknown;
}

/** Checks the body of a create. @throws ApiError 400 naming the first field that is wrong */
export function readNewCohort(body: JsonObject): NewCohort {
  const name = textField(body, 'name', { max: MAX_NAME, required: true }) ?? '';
  const description = textField(body, 'description', { max: MAX_DESCRIPTION, blank: true }) ?? '';
  const groups = readGroups(body['groups']);
  const isStatic = booleanField(body, 'is_static') ?? false;
  const personIds = readPersonIds(body['_create_static_person_ids']);
  // A list needs no criteria, so that filters which hold none are none. Nobody meets those of a dynamic cohort: it says so by sending none.
  const filters = isStatic && !hasCriteria(body['filters']) ? undefined : body['filters'];
  const definition = readCriteria(filters, groups);
  refuseQuery(readQuerySource(body['query']), { isStatic, hasFilters: filters !== undefined });
  return { name, description, isStatic, definition, groups, personIds, givenType: body['cohort_type'] };
}

function readPersonIds(ids: unknown): readonly string[] {
  if (ids === undefined) {
    return [];
  }
  if (!Array.isArray(ids)) {
    throw invalid('_create_static_person_ids', 'Expected a list of items.', 'not_a_list');
  }
  const wrong = ids.findIndex((id) => !isUuid(id));
  if (wrong !== -1) {
    throw invalid(`_create_static_person_ids__${wrong}`, 'Must be a valid UUID.');
  }
  return ids as string[];
}
