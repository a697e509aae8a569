import type { Transaction } from '#persistence';

export interface NewDistinctId {
  readonly projectId: number;
  readonly distinctId: string;
  readonly ordinal: number;
}

// Sorted: two batches that add the same ids wait for each other instead of deadlocking.
const SQL = `
  INSERT INTO person_distinct_id (project_id, distinct_id, ordinal)
  SELECT q.project_id, q.distinct_id, q.ordinal
  FROM unnest($1::int[], $2::text[], $3::int[]) q(project_id, distinct_id, ordinal)
  ORDER BY q.project_id, q.distinct_id COLLATE "C"
  ON CONFLICT DO NOTHING`;

/**
 * Gives new distinct ids to their persons, all or none.
 * @returns false when another transaction gave one of them to somebody in the meantime; its commit is visible then
 */
export async function insertDistinctIds(transaction: Transaction, ids: readonly NewDistinctId[]): Promise<boolean> {
  if (ids.length === 0) {
    return true;
  }
  await transaction.query('SAVEPOINT new_distinct_ids');
  const result = await transaction.query(SQL, [
    ids.map((id) => id.projectId),
    ids.map((id) => id.distinctId),
    ids.map((id) => id.ordinal),
  ]);
  const isComplete = result.rowCount === ids.length;
  await transaction.query(`${isComplete ? 'RELEASE' : 'ROLLBACK TO'} SAVEPOINT new_distinct_ids`);
  return isComplete;
}
