import { BitmapScope } from '#cohort-core';
import {
  changeMembers,
  type CohortIds,
  readEveryone,
  readMembers,
  type StoredMembers,
  type Transaction,
  uniteMembers,
} from '#persistence';

const KEEP_LIST = `
  INSERT INTO deleted_member (project_id, cohort_id, chunk, bitmap, flipped)
  SELECT project_id, cohort_id, chunk, bitmap, flipped FROM cohort_chunk WHERE project_id = $1 AND cohort_id = $2 AND cardinality > 0
  ON CONFLICT (project_id, cohort_id, chunk) DO UPDATE SET bitmap = excluded.bitmap, flipped = excluded.flipped`;

const TAKE_LIST = 'DELETE FROM deleted_member WHERE project_id = $1 AND cohort_id = $2 RETURNING bitmap, flipped';

/** Who of a list lives on, a merged person as the one she was merged into. */
const LIVING = `
  WITH RECURSIVE follow (ordinal) AS (
    SELECT unnest($2::int[])
    UNION
    SELECT p.merged_into FROM follow JOIN person p ON p.project_id = $1 AND p.ordinal = follow.ordinal WHERE p.merged_into IS NOT NULL
  )
  SELECT p.ordinal FROM follow JOIN person p ON p.project_id = $1 AND p.ordinal = follow.ordinal
  WHERE p.merged_into IS NULL AND p.deleted_at IS NULL ORDER BY p.ordinal`;

/** Keeps the members of a static cohort that is about to be deleted: no calculation could find them again. */
export async function keepList(transaction: Transaction, ids: CohortIds): Promise<void> {
  await transaction.query(KEEP_LIST, [ids.projectId, ids.cohortId]);
}

/** Forgets what was kept, for a cohort that came back as a dynamic one. */
export async function forgetList(transaction: Transaction, ids: CohortIds): Promise<void> {
  await transaction.query(TAKE_LIST, [ids.projectId, ids.cohortId]);
}

/**
 * Puts right a list that was kept live until this moment: whoever of it was merged away or deleted just now, nobody else would take
 * out any more. The caller holds the live set FOR UPDATE, so that no merge is under way that has not seen the list.
 */
export async function settleList(transaction: Transaction, ids: CohortIds, at: Date): Promise<void> {
  using scope = new BitmapScope();
  const stored = await readMembers(transaction, ids.projectId, ids.cohortId);
  const remove = scope.track(stored?.bitmap ?? scope.of());
  remove.andNotInPlace(scope.track(await readEveryone(transaction, ids.projectId)));
  const { rows } = await transaction.query<{ ordinal: number }>(LIVING, [ids.projectId, remove.toArray()]);
  const add = scope.of(rows.map(({ ordinal }) => ordinal));
  await changeMembers(transaction, { ...ids, add, remove, reason: 'merge', at });
}

/** Makes the kept persons members again. The caller holds the locks of a writer of membership. */
export async function bringBackList(transaction: Transaction, ids: CohortIds, at: Date): Promise<void> {
  using scope = new BitmapScope();
  const kept = await transaction.query<StoredMembers>(TAKE_LIST, [ids.projectId, ids.cohortId]);
  const ordinals = scope.track(uniteMembers(kept.rows)).toArray();
  const { rows } = await transaction.query<{ ordinal: number }>(LIVING, [ids.projectId, ordinals]);
  const add = scope.of(rows.map(({ ordinal }) => ordinal));
  await changeMembers(transaction, { ...ids, add, reason: 'api', at });
}
