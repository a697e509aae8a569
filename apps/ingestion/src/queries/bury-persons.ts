import type { Transaction } from '#persistence';

/** A tombstone: uuid and ordinal stay, because bitmaps and messages of the past name them; what was known of her goes. */
const SQL = `
  UPDATE person p SET deleted_at = clock_timestamp(), properties = '{}'
  FROM unnest($1::int[], $2::int[]) AS deleted (project_id, ordinal)
  WHERE p.project_id = deleted.project_id AND p.ordinal = deleted.ordinal`;

/** Deletes stored persons, whose rows are locked FOR UPDATE. */
export async function buryPersons(
  transaction: Transaction,
  deleted: readonly { readonly projectId: number; readonly ordinal: number }[],
): Promise<void> {
  if (deleted.length > 0) {
    await transaction.query(SQL, [deleted.map(({ projectId }) => projectId), deleted.map(({ ordinal }) => ordinal)]);
  }
}
