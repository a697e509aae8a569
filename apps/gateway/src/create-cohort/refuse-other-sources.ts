import { conditionTypeOf, type FilterNode } from '#cohort-core';
import { COHORT_TYPES, type CohortType } from '#contracts';

import { invalid } from '../http/api-error.js';
import type { JsonObject } from '../http/read-json-body.js';

/** Longest text of the client that is sent back. */
const MAX_SHOWN = 80;
const QUERY_KINDS = ['ActorsQuery', 'HogQLQuery'];
/** PostHog takes every falsy query as none. */
const NO_QUERY: readonly unknown[] = [undefined, null, '', false, 0];

/** Legacy groups: an empty list comes back in copies of a cohort, anything in it would be ignored and so is refused. */
export function refuseGroups(groups: unknown): void {
  if (groups === undefined) {
    return;
  }
  if (!Array.isArray(groups)) {
    throw invalid('groups', 'Groups must be a list of cohort group definitions.');
  }
  if (groups.length > 0) {
    throw invalid('groups', 'Groups are not supported. Use filters instead.');
  }
}

/** A query makes static cohorts only, and never together with filters. */
export function refuseQuery(query: unknown, cohort: { isStatic: boolean; hasFilters: boolean }): void {
  if (NO_QUERY.includes(query)) {
    return;
  }
  refuseQueryForm(query);
  if (cohort.hasFilters) {
    throw invalid(null, 'Cannot set both query and filters at the same time.');
  }
  if (!cohort.isStatic) {
    throw invalid(null, 'Cannot create a dynamic cohort with a query. Set is_static to true.');
  }
}

function refuseQueryForm(query: unknown): void {
  if (typeof query !== 'object' || Array.isArray(query)) {
    throw invalid('query', 'Query must be a dictionary.');
  }
  const kind = (query as JsonObject)['kind'];
  if (typeof kind !== 'string' || !QUERY_KINDS.includes(kind)) {
    const got = typeof kind === 'string' ? kind.slice(0, MAX_SHOWN) : 'None';
    throw invalid('query', `Query must be an ActorsQuery or HogQLQuery. Got: ${got}`);
  }
}

/** A type that is sent must be the one the filters have; `realtime` is what we answer, so it comes back in copies. */
export function refuseOtherType(given: unknown, tree: FilterNode | undefined, stored: CohortType | null): void {
  if (given === undefined || given === null || given === stored) {
    return;
  }
  const type = COHORT_TYPES.find((choice) => choice === given);
  if (type === undefined) {
    const shown = JSON.stringify(given).slice(0, MAX_SHOWN);
    throw invalid('cohort_type', `${shown} is not a valid choice.`, 'invalid_choice');
  }
  if (tree === undefined) {
    throw invalid('cohort_type', 'Invalid cohort type for the given filters');
  }
  refuseMismatch(type, conditionTypeOf(tree)?.behavioral === true ? 'behavioral' : 'person_property');
}

function refuseMismatch(given: string, expected: string): void {
  if (given !== expected) {
    throw invalid('cohort_type', `Cohort type '${given}' does not match the filters. Expected type: '${expected}'`);
  }
}
