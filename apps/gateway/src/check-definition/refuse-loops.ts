import { cohortsOf, type FilterNode } from '#cohort-core';
import { lockLiveSet as lockForWriters, type Transaction } from '#persistence';

import { invalid } from '../http/api-error.js';

/**
 * All that a set of cohorts leads to, by the references of dynamic ones; a static cohort is a list and refers to nobody.
 * Deleted ones count: they may be restored.
 */
const REACHES = `
  WITH RECURSIVE reached (id) AS (
    SELECT unnest($2::int[])
    UNION
    SELECT (reference.id #>> '{}')::int
    FROM reached JOIN cohort AS c ON c.project_id = $1 AND c.id = reached.id AND NOT c.is_static,
      jsonb_path_query(c.filters, '$.** ? (@.type == "cohort").value') AS reference (id)
  )
  SELECT EXISTS (SELECT 1 FROM reached WHERE id = $3) AS is_loop`;

/**
 * Whoever changes what cohorts refer to holds the project's live-set row until commit: nobody else edits, deletes or calculates
 * one meanwhile. The first lock of the order in docs/architecture.md, so take it before any cohort row. READ COMMITTED only:
 * what is read afterwards must be newer than the lock.
 */
export async function lockLiveSet(transaction: Transaction, projectId: number): Promise<void> {
  await lockForWriters(transaction, projectId, 'UPDATE');
}

/**
 * Refuses filters by which the cohort would refer to itself, at once or through others. Two edits that race cannot make a loop
 * together: the second one waits for the first and then sees it.
 * @throws ApiError 400
 */
export async function refuseLoops(
  transaction: Transaction,
  projectId: number,
  cohortId: number,
  tree: FilterNode,
): Promise<void> {
  const references = cohortsOf(tree);
  if (references.length === 0) {
    return;
  }
  await lockLiveSet(transaction, projectId);
  const { rows } = await transaction.query<{ is_loop: boolean }>(REACHES, [projectId, references, cohortId]);
  if (rows[0]?.is_loop === true) {
    throw invalid(null, 'Cohorts cannot reference other cohorts in a loop.');
  }
}
