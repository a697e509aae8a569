import { isDeepStrictEqual } from 'node:util';

import type { CohortRow } from '../present-cohort/cohort-row.js';
import type { FieldChange } from '../record-activity/record-activity.js';
import type { CheckedEdit } from './check-edit.js';

/** The fields that get another value, in the order of the answer. */
export function listChanges(stored: CohortRow, edit: CheckedEdit): FieldChange[] {
  const pairs: Record<string, readonly [unknown, unknown]> = {
    name: [stored.name, edit.name],
    description: [stored.description, edit.description],
    groups: [stored.groups, edit.groups],
    deleted: [stored.deleted, edit.deleted],
    filters: [stored.filters, edit.filters],
    is_static: [stored.is_static, edit.isStatic],
    cohort_type: [stored.cohort_type, edit.cohortType],
  };
  return Object.entries(pairs)
    .filter(([, [before, after]]) => !isDeepStrictEqual(before, after))
    .map(([field, [before, after]]) => ({ field, before, after }));
}
