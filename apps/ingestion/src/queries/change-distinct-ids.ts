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

const RELEASE = `
  DELETE FROM person_distinct_id d USING unnest($1::int[], $2::int[]) AS released (project_id, ordinal)
  WHERE d.project_id = released.project_id AND d.ordinal = released.ordinal`;

export interface DistinctIdChanges {
  readonly added: readonly NewDistinctId[];
  /** Whose distinct ids become nobody's first; their rows are locked FOR UPDATE. */
  readonly released: readonly { readonly projectId: number; readonly ordinal: number }[];
}

/**
 * Sets the distinct ids of the deleted free and gives new ones to their persons, all or nothing.
 * @returns false when another transaction gave one of them to somebody in the meantime; its commit is visible then
 */
export async function changeDistinctIds(
  transaction: Transaction,
  { added: ids, released }: DistinctIdChanges,
): Promise<boolean> {
  if (ids.length + released.length === 0) {
    return true;
  }
  await transaction.query('SAVEPOINT new_distinct_ids');
  if (released.length > 0) {
    const columns = [released.map(({ projectId }) => projectId), released.map(({ ordinal }) => ordinal)];
    await transaction.query(RELEASE, columns);
  }
  const result = await transaction.query(SQL, [
    ids.map((id) => id.projectId),
    ids.map((id) => id.distinctId),
    ids.map((id) => id.ordinal),
  ]);
  const isComplete = result.rowCount === ids.length;
  await transaction.query(`${isComplete ? 'RELEASE' : 'ROLLBACK TO'} SAVEPOINT new_distinct_ids`);
  return isComplete;
}
