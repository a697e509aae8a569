import { isDeepStrictEqual } from 'node:util';

import { type CohortGroup, type FilterNode, type ParsedFilters, parseFilters } from '#cohort-core';
import type { JsonObject } from '#contracts';

import { definitionOfGroups, hasCriteria, readGroups } from '../check-definition/read-criteria.js';
import { readFilters } from '../check-definition/read-filters.js';
import { readQuerySource, refuseQuery } from '../check-definition/read-query-source.js';
import { MAX_DESCRIPTION, MAX_NAME } from '../create-cohort/read-new-cohort.js';
import { invalid } from '../http/api-error.js';
import { booleanField, textField } from '../http/read-fields.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import { presentFilters } from '../present-cohort/present-cohort.js';

/** What the cohort shall be; fields that the body does not name keep their value. */
export interface CohortEdit {
  readonly name: string;
  readonly description: string;
  readonly isStatic: boolean;
  readonly deleted: boolean;
  readonly groups: readonly CohortGroup[];
  readonly filters: object | null;
  /** The parsed filters; undefined without criteria. */
  readonly tree: FilterNode | undefined;
  /** The filters say something else than before. */
  readonly hasNewFilters: boolean;
  /** The body has filters, new or not. */
  readonly sentFilters: boolean;
  /** `cohort_type` as sent. */
  readonly givenType: unknown;
}

/** A list has no criteria to edit: neither changed, nor added, nor wiped. */
const FROZEN = 'Editing the criteria of a static cohort is not supported yet. Create a new static cohort instead.';

/**
 * Reads a body of PATCH or PUT against the stored cohort: what is answered may be sent back whole, so that a field with its
 * present value, read-only or not, is no edit.
 * @throws ApiError 400 naming the first field that is wrong
 */
export function readEdit(body: JsonObject, stored: CohortRow): CohortEdit {
  const plain = readPlainFields(body, stored);
  const groups = readGivenGroups(body['groups'], stored);
  const query = readQuerySource(body['query']);
  const definition = readDefinition(body['filters'], { stored, groups });
  refuseQuery(query, { isStatic: plain.isStatic, hasFilters: definition !== 'same' && definition !== undefined });
  const isSame = definition === 'same' || isDeepStrictEqual(definition?.filters ?? null, stored.filters);
  if (!isSame && stored.is_static && plain.isStatic) {
    throw invalid(null, FROZEN);
  }
  const sentFilters = body['filters'] !== undefined;
  const criteria = isSame ? storedCriteria(stored) : criteriaOf(definition);
  return { ...plain, ...criteria, groups, hasNewFilters: !isSame, sentFilters };
}

type PlainFields = Pick<CohortEdit, 'name' | 'description' | 'isStatic' | 'deleted' | 'givenType'>;

function readPlainFields(body: JsonObject, stored: CohortRow): PlainFields {
  return {
    name: textField(body, 'name', { max: MAX_NAME }) ?? stored.name,
    description: textField(body, 'description', { max: MAX_DESCRIPTION, blank: true }) ?? stored.description,
    isStatic: booleanField(body, 'is_static') ?? stored.is_static,
    deleted: booleanField(body, 'deleted') ?? stored.deleted,
    givenType: body['cohort_type'],
  };
}

function criteriaOf(definition: ParsedFilters | undefined): Pick<CohortEdit, 'filters' | 'tree'> {
  return { filters: definition?.filters ?? null, tree: definition?.tree };
}

function storedCriteria({ filters }: CohortRow): Pick<CohortEdit, 'filters' | 'tree'> {
  return { filters, tree: filters === null ? undefined : parseFilters(filters).tree };
}

function readGivenGroups(given: unknown, stored: CohortRow): readonly CohortGroup[] {
  const present = stored.groups as readonly CohortGroup[];
  return given === undefined || isDeepStrictEqual(given, present) ? present : readGroups(given);
}

type Definition = ParsedFilters | 'same' | undefined;

interface Context {
  readonly stored: CohortRow;
  readonly groups: readonly CohortGroup[];
}

/** Filters win over groups; groups count where the filters are only what they mean. */
function readDefinition(filters: unknown, { stored, groups }: Context): Definition {
  if (filters !== undefined && !isDeepStrictEqual(filters, presentFilters(stored))) {
    return stored.is_static && !hasCriteria(filters) ? undefined : readFilters(filters);
  }
  if (groups === stored.groups || !isMadeOfGroups(stored)) {
    return 'same';
  }
  return definitionOfGroups(groups);
}

function isMadeOfGroups({ filters, groups }: CohortRow): boolean {
  const meant = definitionOfGroups(groups as readonly CohortGroup[]);
  return isDeepStrictEqual(filters, meant?.filters ?? null);
}
