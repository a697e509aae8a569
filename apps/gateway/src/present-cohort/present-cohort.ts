import type { Shape } from '../http/shape.js';
import type { CohortResponse } from './cohort.response.js';
import type { CohortRow } from './cohort-row.js';

const NO_CRITERIA = { properties: {} };

/** A stored cohort in the shape that PostHog's clients read. */
export function presentCohort(row: CohortRow): Shape<CohortResponse> {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    groups: row.groups,
    deleted: row.deleted,
    filters: row.filters ?? NO_CRITERIA,
    query: row.query,
    version: row.version,
    pending_version: row.pending_version,
    is_calculating: row.is_calculating,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    last_calculation: row.last_calculation?.toISOString() ?? null,
    last_backfill_person_properties_at: null,
    errors_calculating: row.errors_calculating,
    last_error_message: row.last_error_message,
    count: row.count,
    last_import_total_count: row.last_import_total_count,
    last_import_unmatched_count: row.last_import_unmatched_count,
    population: null,
    is_static: row.is_static,
    cohort_type: row.cohort_type,
    condition_type: row.condition_type,
    experiment_set: [],
  };
}
