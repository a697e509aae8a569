import {
  cohortTypeOf,
  type ConditionType,
  conditionTypeOf,
  DefinitionError,
  type ParsedFilters,
  parseFilters,
} from '#cohort-core';
import type { CohortType } from '#contracts';

import { invalid } from '../http/api-error.js';
import { booleanField, textField } from '../http/read-fields.js';
import type { JsonObject } from '../http/read-json-body.js';
import { refuseGroups, refuseOtherType, refuseQuery } from './refuse-other-sources.js';

const MAX_NAME = 400;
const MAX_DESCRIPTION = 1000;
/** Longest path or sentence that is sent back: a hostile key must not be echoed whole. */
const MAX_SHOWN = 500;

/** A dynamic cohort that may be stored: every field checked. */
export interface NewCohort {
  readonly name: string;
  readonly description: string;
  /** Null: no criteria. */
  readonly filters: object | null;
  readonly cohortType: CohortType | null;
  readonly conditionType: ConditionType | null;
}

/** Checks the body of a create. @throws ApiError 400 naming the first field that is wrong */
export function readNewCohort(body: JsonObject): NewCohort {
  const name = textField(body, 'name', { max: MAX_NAME, required: true }) ?? '';
  const description = textField(body, 'description', { max: MAX_DESCRIPTION, blank: true }) ?? '';
  refuseGroups(body['groups']);
  const isStatic = booleanField(body, 'is_static') ?? false;
  const parsed = body['filters'] === undefined ? undefined : parse(body['filters']);
  refuseQuery(body['query'], { isStatic, hasFilters: parsed !== undefined });
  if (isStatic) {
    throw invalid('is_static', 'Static cohorts cannot be created yet.');
  }
  const criteria = criteriaOf(parsed);
  refuseOtherType(body['cohort_type'], parsed?.tree, criteria.cohortType);
  return { name, description, ...criteria };
}

function criteriaOf(parsed: ParsedFilters | undefined): Pick<NewCohort, 'filters' | 'cohortType' | 'conditionType'> {
  return parsed === undefined
    ? { filters: null, cohortType: null, conditionType: null }
    : { filters: parsed.filters, cohortType: cohortTypeOf(parsed.tree), conditionType: conditionTypeOf(parsed.tree) };
}

function parse(filters: unknown): ParsedFilters {
  try {
    return parseFilters(filters);
  } catch (error) {
    if (error instanceof DefinitionError) {
      throw invalid(error.path.slice(0, MAX_SHOWN), error.detail.slice(0, MAX_SHOWN), error.code);
    }
    throw error;
  }
}
