import { type Bitmap, type CohortFilters, parseFilters } from '#cohort-core';
import { evaluateInProject, type Transaction } from '#persistence';

export interface CohortSnapshot {
  readonly projectId: number;
  readonly cohortId: number;
  readonly timezone: string;
  /** The database's clock plus the project's offset. */
  readonly at: Date;
  readonly filters: CohortFilters | null;
  readonly definitionNumber: number;
  readonly pendingVersion: number;
  readonly deleted: boolean;
}

/** The cohort as it is now; the first statement of a snapshot, so that `at` and the facts belong together. */
export async function readCohortSnapshot(
  transaction: Transaction,
  ids: { readonly projectId: number; readonly cohortId: number },
): Promise<CohortSnapshot | undefined> {
  const result = await transaction.query<CohortSnapshot>(
    `SELECT cohort.project_id AS "projectId", cohort.id AS "cohortId", timezone, clock_timestamp() + clock_offset AS at, filters,
       definition_number AS "definitionNumber", coalesce(pending_version, 0) AS "pendingVersion", deleted
     FROM cohort JOIN project ON project.id = cohort.project_id WHERE cohort.project_id = $1 AND cohort.id = $2`,
    [ids.projectId, ids.cohortId],
  );
  return result.rows[0];
}

/** Who is in the cohort at that instant, by the one evaluator. The caller disposes of the bitmap. */
export async function computeMembers(
  transaction: Transaction,
  cohort: CohortSnapshot,
  filters: CohortFilters,
): Promise<Bitmap> {
  const { projectId, timezone, at } = cohort;
  const { tree } = parseFilters(filters);
  const [members] = await evaluateInProject(transaction, [tree], { projectId, timezone, at, within: null });
  if (members === undefined) {
    throw new Error('the evaluator answers every tree');
  }
  return members;
}
