import { NO_CRITERIA } from '../check-definition/read-criteria.js';
import type { Shape } from '../http/shape.js';
import type { CalculationResponse, CohortResponse } from './cohort.response.js';
import type { CohortRow } from './cohort-row.js';

/** Nobody has begun. */
const WAITING = { phase: 'waiting', progress: 0, started_at: null, attempt: 0, error: null };

/** The filters as they are answered. */
export function presentFilters(row: Pick<CohortRow, 'filters'>): Record<string, unknown> {
  return row.filters ?? NO_CRITERIA;
}

/** A stored cohort in the shape that PostHog's clients read. */
export function presentCohort(row: CohortRow): Shape<CohortResponse> {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    groups: row.groups,
    deleted: row.deleted,
    filters: presentFilters(row),
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
    is_live: !row.is_static && !row.deleted && !row.has_live_error && !row.limit_exceeded,
    limit_exceeded: row.limit_exceeded,
    calculation: presentCalculation(row),
  };
}

function presentCalculation({ is_calculating, calculation }: CohortRow): Shape<CalculationResponse> | null {
  if (!is_calculating) {
    return null;
  }
  const { started_at, ...rest } = calculation ?? WAITING;
  return { ...rest, started_at: started_at === null ? null : new Date(started_at).toISOString() };
}
