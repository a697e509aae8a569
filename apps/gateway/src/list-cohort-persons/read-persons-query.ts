import type { FastifyRequest } from 'fastify';

import { DefinitionError, type FilterNode, parseFilters } from '#cohort-core';

import { refusing } from '../check-definition/read-filters.js';
import { invalid } from '../http/api-error.js';
import { flawOf } from '../http/json-value.js';
import { queryFlag, queryText, readPage } from '../http/read-query.js';
import type { MembersPage } from './page-of-members.js';
import { readPlace } from './page-place.js';

export const MAX_LIMIT = 1000;
/** Rows of an export; further ones are had by `offset`. */
export const MAX_CSV_ROWS = 10_000;
const MAX_SEARCH = 200;
const MAX_DEPTH = 8;

/** Which members of a cohort are asked for, and how. */
export interface PersonsQuery {
  readonly page: MembersPage;
  readonly isCsv: boolean;
  readonly search: string | undefined;
  /** All of these conditions hold; undefined: no condition. */
  readonly conditions: FilterNode | undefined;
}

/** @throws ApiError 400 naming the parameter */
export function readPersonsQuery(request: FastifyRequest): PersonsQuery {
  const isCsv = readFormat(request) || queryFlag(request, 'is_csv_export');
  const cursor = queryText(request, 'cursor') ?? '';
  const page = isCsv ? readPage(request, MAX_CSV_ROWS, MAX_CSV_ROWS) : readPage(request, MAX_LIMIT);
  return {
    page: { ...page, after: cursor === '' ? undefined : readPlace(cursor) },
    isCsv,
    search: readSearch(request),
    conditions: readConditions(queryText(request, 'properties') ?? ''),
  };
}

function readFormat(request: FastifyRequest): boolean {
  const format = queryText(request, 'format') ?? '';
  if (!['', 'json', 'csv'].includes(format)) {
    throw invalid('format', "Expected 'json' or 'csv'.");
  }
  return format === 'csv';
}

function readSearch(request: FastifyRequest): string | undefined {
  const text = queryText(request, 'search', { dropsNul: true })?.trim() ?? '';
  if (text.length > MAX_SEARCH) {
    throw invalid('search', `Search query must be ${MAX_SEARCH} characters or fewer.`);
  }
  return text === '' ? undefined : text;
}

/** A JSON list of conditions in the language of cohort filters, `person` and `exact` where they do not say. */
function readConditions(text: string): FilterNode | undefined {
  if (text === '') {
    return undefined;
  }
  const list = parseList(text);
  if (list.length === 0) {
    return undefined;
  }
  const values = list.map((one) =>
    typeof one === 'object' && one !== null ? { type: 'person', operator: 'exact', ...one } : one,
  );
  return refusing(() => parseConditions(values));
}

/** @throws DefinitionError with a path such as `properties__0__operator` */
function parseConditions(values: readonly unknown[]): FilterNode {
  try {
    return parseFilters({ properties: { type: 'AND', values } }).tree;
  } catch (error) {
    throw error instanceof DefinitionError
      ? new DefinitionError(error.path.replace(/^filters__properties__values/, 'properties'), error.detail, error.code)
      : error;
  }
}

function parseList(text: string): unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw invalid('properties', 'Properties are unparsable!');
  }
  if (!Array.isArray(list)) {
    throw invalid('properties', 'Properties must be a JSON list of conditions.');
  }
  const flaw = flawOf(list, MAX_DEPTH);
  if (flaw !== undefined) {
    throw invalid('properties', flaw.detail, flaw.code);
  }
  return list;
}
