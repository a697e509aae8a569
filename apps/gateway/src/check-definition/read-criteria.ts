import {
  type CohortGroup,
  DefinitionError,
  groupPathOf,
  groupsToFilters,
  type ParsedFilters,
  parseFilters,
  parseGroups,
} from '#cohort-core';
import { isObject } from '#contracts';

import { readFilters, refusing } from './read-filters.js';

/** Legacy groups of a body, normalised. @throws ApiError 400 */
export function readGroups(groups: unknown): CohortGroup[] {
  return groups === undefined ? [] : refusing(() => parseGroups(groups));
}

/**
 * The definition that a body means: its filters, which win, or its legacy groups read as filters.
 * @returns undefined when it has neither
 * @throws ApiError 400, `attr` the path inside `filters` or `groups`
 */
export function readCriteria(filters: unknown, groups: readonly CohortGroup[]): ParsedFilters | undefined {
  return filters === undefined ? definitionOfGroups(groups) : readFilters(filters);
}

/** @throws ApiError 400, `attr` the path inside `groups` */
export function definitionOfGroups(groups: readonly CohortGroup[]): ParsedFilters | undefined {
  const filters = groupsToFilters(groups);
  return filters === null
    ? undefined
    : refusing(() => {
        try {
          return parseFilters(filters);
        } catch (error) {
          throw error instanceof DefinitionError
            ? new DefinitionError(groupPathOf(error.path, groups), error.detail, error.code)
            : error;
        }
      });
}

/** What a cohort without criteria answers as its filters. An edit may send it back, as it is; it defines no cohort. */
export const NO_CRITERIA = { properties: {} };

/** Whether these filters of a body hold a condition at all. */
export function hasCriteria(filters: unknown): boolean {
  const properties = isObject(filters) ? filters['properties'] : undefined;
  const values = isObject(properties) ? properties['values'] : undefined;
  return Array.isArray(values) ? values.length > 0 : isObject(values);
}
