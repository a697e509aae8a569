import type { FastifyRequest } from 'fastify';

import { invalid } from '../http/api-error.js';
import { type Page, queryFlag, queryId, queryText, readPage } from '../http/read-query.js';

export const MAX_LIMIT = 1000;
const MAX_SEARCH = 200;

/** Which cohorts of a project are asked for. */
export interface CohortListQuery {
  readonly page: Page;
  /** Undefined: both. */
  readonly isStatic: boolean | undefined;
  readonly createdById: number | undefined;
  /** Undefined: no search, newest first. */
  readonly search: string | undefined;
  readonly hidesBehavioral: boolean;
  readonly isBasic: boolean;
}

/** @throws ApiError 400 naming the parameter */
export function readListQuery(request: FastifyRequest): CohortListQuery {
  const type = queryText(request, 'type');
  return {
    page: readPage(request, MAX_LIMIT),
    isStatic: type === 'static' || type === 'dynamic' ? type === 'static' : undefined,
    createdById: queryId(request, 'created_by_id'),
    search: readSearch(request),
    hidesBehavioral: queryFlag(request, 'hide_behavioral_cohorts'),
    isBasic: queryFlag(request, 'basic'),
  };
}

function readSearch(request: FastifyRequest): string | undefined {
  const text = queryText(request, 'search', { dropsNul: true })?.trim() ?? '';
  if (text.length > MAX_SEARCH) {
    throw invalid('search', `Search query must be ${MAX_SEARCH} characters or fewer.`);
  }
  return text === '' ? undefined : text;
}
