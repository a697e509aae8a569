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

/** @returns false when another transaction gave one of the ids to somebody in the meantime */
export async function insertDistinctIds(transaction: Transaction, ids: readonly NewDistinctId[]): Promise<boolean> {
  if (ids.length === 0) {
    return true;
  }
  const result = await transaction.query(SQL, [
    ids.map((id) => id.projectId),
    ids.map((id) => id.distinctId),
    ids.map((id) => id.ordinal),
  ]);
  return result.rowCount === ids.length;
}
