import type { CohortType } from '#contracts';

import type { CallerUser } from '../authenticate/access.js';

/** The newest run of a cohort that is calculating. */
interface OpenCalculation {
  readonly phase: string;
  readonly progress: number;
  readonly started_at: string | null;
  readonly attempt: number;
  readonly error: string | null;
}

/** A cohort as read for an answer, its creator included. */
export interface CohortRow {
  readonly id: number;
  readonly project_id: number;
  readonly name: string;
  readonly description: string;
  readonly filters: Record<string, unknown> | null;
  readonly groups: readonly unknown[];
  readonly query: Record<string, unknown> | null;
  readonly is_static: boolean;
  readonly cohort_type: CohortType | null;
  readonly condition_type: Record<string, boolean> | null;
  readonly definition_number: number;
  readonly version: number | null;
  readonly pending_version: number | null;
  readonly is_calculating: boolean;
  readonly count: number;
  readonly last_calculation: Date | null;
  readonly errors_calculating: number;
  readonly last_error_message: string | null;
  /** Its live evaluation failed, and it waits for a calculation. */
  readonly has_live_error: boolean;
  readonly limit_exceeded: boolean;
  readonly last_import_total_count: number | null;
  readonly last_import_unmatched_count: number | null;
  readonly deleted: boolean;
  readonly created_at: Date;
  readonly created_by: CallerUser | null;
  /** Null while nothing runs, or before the calculator has heard of it. */
  readonly calculation: OpenCalculation | null;
}

/** What one INSERT or UPDATE of a cohort gives back. */
export type StoredCohort = Omit<CohortRow, 'created_by' | 'calculation'>;

/** Whoever keeps a cohort live holds its row together with others and cannot write it, so its members are counted where they lie. */
const COUNT = `(SELECT coalesce(sum(chunk.cardinality), 0)::int FROM cohort_chunk AS chunk
    WHERE chunk.project_id = c.project_id AND chunk.cohort_id = c.id) AS count`;

/** The stored part of a CohortRow, of the table called `c`. */
export const COHORT_COLUMNS = `
  c.id, c.project_id, c.name, c.description, c.filters, c.groups, c.query, c.is_static,
  -- While it is frozen it has none; it comes back when the cohort fits again.
  CASE WHEN NOT c.limit_exceeded THEN c.cohort_type END AS cohort_type, c.condition_type,
  c.definition_number, c.version, c.pending_version, c.is_calculating, ${COUNT}, c.last_calculation, c.errors_calculating,
  c.last_error_message, c.live_error IS NOT NULL AS has_live_error, c.limit_exceeded, c.last_import_total_count, c.last_import_unmatched_count, c.deleted, c.created_at`;

/** Reads CohortRows of `source`, a table or a subquery with the columns of one. */
export const selectCohorts = (source: string) => `
  SELECT ${COHORT_COLUMNS},
    CASE WHEN u.id IS NOT NULL THEN json_build_object('id', u.id, 'uuid', u.uuid, 'distinct_id', u.distinct_id,
      'first_name', u.first_name, 'last_name', u.last_name, 'email', u.email,
      'is_email_verified', u.is_email_verified) END AS created_by,
    (SELECT json_build_object('phase', k.phase, 'progress', k.progress, 'started_at', k.started_at, 'attempt', k.attempt, 'error', k.error)
     FROM calculation k WHERE c.is_calculating AND k.project_id = c.project_id AND k.cohort_id = c.id
     ORDER BY k.version DESC LIMIT 1) AS calculation
  FROM ${source} c LEFT JOIN app_user u ON u.id = c.created_by_id`;

/** Reads CohortRows; add WHERE and ORDER BY on `c`. */
export const SELECT_COHORTS = selectCohorts('cohort');
