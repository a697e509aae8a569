import type { JsonObject } from '#contracts';

import { invalid } from '../http/api-error.js';

/** Longest text of the client that is sent back. */
const MAX_SHOWN = 80;
const QUERY_KINDS = ['ActorsQuery', 'HogQLQuery'];
/** PostHog takes every falsy query as none. */
const NO_QUERY: readonly unknown[] = [undefined, null, '', false, 0];

/** The query of a body, undefined for none. @throws ApiError 400 when it has not the form of one */
export function readQuerySource(query: unknown): JsonObject | undefined {
  if (NO_QUERY.includes(query)) {
    return undefined;
  }
  if (typeof query !== 'object' || Array.isArray(query)) {
    throw invalid('query', 'Query must be a dictionary.');
  }
  const { kind } = query as JsonObject;
  if (typeof kind !== 'string' || !QUERY_KINDS.includes(kind)) {
    const got = typeof kind === 'string' ? kind.slice(0, MAX_SHOWN) : 'None';
    throw invalid('query', `Query must be an ActorsQuery or HogQLQuery. Got: ${got}`);
  }
  return query as JsonObject;
}

/** A query makes static cohorts only, and never together with filters. @throws ApiError 400 */
export function refuseQuery(query: JsonObject | undefined, cohort: { isStatic: boolean; hasFilters: boolean }): void {
  if (query === undefined) {
    return;
  }
  if (cohort.hasFilters) {
    throw invalid(null, 'Cannot set both query and filters at the same time.');
  }
  if (!cohort.isStatic) {
    throw invalid(null, 'Cannot create a dynamic cohort with a query. Set is_static to true.');
  }
  throw invalid(
    'query',
    'Queries are not supported yet. Use filters, person ids, a CSV file, or duplicate_as_static_cohort for a copy of a cohort.',
  );
}
