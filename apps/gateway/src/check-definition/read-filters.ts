import { DefinitionError, type ParsedFilters, parseFilters } from '#cohort-core';

import { invalid } from '../http/api-error.js';

/** Longest path or sentence that is sent back: a hostile key must not be echoed whole. */
const MAX_SHOWN = 500;

/** Parses the filters of a body. @throws ApiError 400, `attr` the path of what is wrong */
export function readFilters(filters: unknown): ParsedFilters {
  return refusing(() => parseFilters(filters));
}

/** Runs a parser of cohort-core; what it refuses becomes a 400. */
export function refusing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DefinitionError) {
      throw invalid(error.path.slice(0, MAX_SHOWN), error.detail.slice(0, MAX_SHOWN), error.code);
    }
    throw error;
  }
}
