import { isDeepStrictEqual } from 'node:util';

import type { JsonObject } from '#contracts';

import { type FlagFilters, readFlagFields, readFlagFilters } from '../create-flag/read-flag-fields.js';
import { booleanField } from '../http/read-fields.js';
import type { FlagRow } from '../present-flag/flag-row.js';

/** What a flag shall be; fields that the body does not name keep their value. */
export interface FlagEdit extends FlagFilters {
  readonly key: string;
  readonly name: string;
  readonly active: boolean;
  readonly deleted: boolean;
  /** Names of the fields that get another value, in the order of the answer. */
  readonly changed: readonly string[];
}

/** Reads a body of PATCH or PUT against the stored flag. @throws ApiError 400 naming the first field that is wrong */
export function readFlagEdit(body: JsonObject, stored: FlagRow): FlagEdit {
  const given = readFlagFields(body, { isNew: false });
  const { filters, cohortIds } = given.filters ?? readFlagFilters(stored.filters);
  const fields = {
    key: given.key ?? stored.key,
    name: given.name ?? stored.name,
    filters,
    active: given.active ?? stored.active,
    deleted: booleanField(body, 'deleted') ?? stored.deleted,
  };
  const changed = Object.entries(fields)
    .filter(([field, value]) => !isDeepStrictEqual(value, stored[field as keyof typeof fields]))
    .map(([field]) => field);
  return { ...fields, cohortIds, changed };
}
