import { type Bitmap, BitmapScope } from '#cohort-core';
import type { Transaction } from '#persistence';

/** Persons who are merged away or deleted; the caller disposes of it. */
export async function readGone(transaction: Transaction, projectId: number): Promise<Bitmap> {
  using scope = new BitmapScope();
  const gone = scope.of();
  const { rows } = await transaction.query<{ bitmap: Buffer }>(
    "SELECT bitmap FROM person_presence WHERE project_id = $1 AND kind = 'gone'",
    [projectId],
  );
  for (const { bitmap } of rows) {
    gone.orInPlace(scope.deserialize(bitmap));
  }
  return scope.release(gone);
}
