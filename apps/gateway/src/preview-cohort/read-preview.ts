import { type ParsedFilters, readDate } from '#cohort-core';
import type { JsonObject } from '#contracts';

import { readFilters } from '../check-definition/read-filters.js';
import { invalid } from '../http/api-error.js';
import { integerField, textField } from '../http/read-fields.js';
import { DEFAULT_SAMPLE, MAX_SAMPLE } from './preview-cohort.request.js';

/** A question that can be asked of any project. */
export interface Preview {
  readonly definition: ParsedFilters;
  readonly asOf: string | undefined;
  readonly limit: number;
}

const MAX_DATE_LENGTH = 64;
/** Further away no person or event lies, and windows of years would leave the calendar that PostgreSQL knows. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;

/** Checks the body of a preview. @throws ApiError 400 naming the first field that is wrong */
export function readPreview(body: JsonObject): Preview {
  if (body['filters'] === undefined) {
    throw invalid('filters', 'This field is required.', 'required');
  }
  const definition = readFilters(body['filters']);
  const asOf = textField(body, 'as_of', { max: MAX_DATE_LENGTH });
  const limit = integerField(body, 'limit', { min: 0, max: MAX_SAMPLE }) ?? DEFAULT_SAMPLE;
  return { definition, asOf, limit };
}

/** The instant that `as_of` names on the project's clock. @throws ApiError 400 */
export function instantOfAsOf(asOf: string, timezone: string): Date {
  const moment = readDate(asOf, timezone);
  if (moment === undefined) {
    throw invalid('as_of', "Expected an ISO 8601 date or date and time (e.g., '2024-01-15', '2024-01-15T10:30:00Z').");
  }
  if (moment.year < FIRST_YEAR || moment.year > LAST_YEAR) {
    throw invalid('as_of', `Expected a year from ${FIRST_YEAR} to ${LAST_YEAR}.`);
  }
  return new Date(moment.epochMilliseconds);
}
