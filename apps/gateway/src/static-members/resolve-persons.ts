import type { Transaction } from '#persistence';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** Rows are locked in ordinal order, as everybody does who locks several. */
const RESOLVE = `
  SELECT ordinal FROM person
  WHERE project_id = $1 AND uuid = ANY($2::uuid[]) AND merged_into IS NULL AND deleted_at IS NULL
  ORDER BY ordinal FOR KEY SHARE`;

/**
 * Ordinals of the persons of these uuids; unknown ones are left out. They stay who they are until the transaction ends: a merge
 * waits, and whom one took meanwhile is left out too. Call it before `lockCohort`: persons are locked before cohorts.
 */
export async function resolvePersons(
  transaction: Transaction,
  projectId: number,
  uuids: readonly string[],
): Promise<number[]> {
  if (uuids.length === 0) {
    return [];
  }
  const { rows } = await transaction.query<{ ordinal: number }>(RESOLVE, [projectId, uuids]);
  return rows.map(({ ordinal }) => ordinal);
}
