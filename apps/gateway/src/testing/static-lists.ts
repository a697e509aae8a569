import { BitmapScope } from '#cohort-core';
import { changeMembers, type Database, lockCohort, readClock, type Transaction } from '#persistence';

/** Static cohorts that nobody is in yet. @returns their ids */
export async function createLists(database: Database, projectId: number, count: number): Promise<number[]> {
  const { rows } = await database.pool.query<{ id: number }>(
    `INSERT INTO cohort (project_id, name, is_static, version, pending_version)
     SELECT $1, 'list', true, 1, 1 FROM generate_series(1, $2) RETURNING id`,
    [projectId, count],
  );
  return rows.map(({ id }) => id);
}

/** Ordinals that come in and go out. */
export interface ListEdit {
  readonly add?: number[];
  readonly remove?: number[];
}

/** As the API changes a static cohort. */
export async function changeList(
  transaction: Transaction,
  list: { readonly projectId: number; readonly cohortId: number },
  edit: ListEdit,
): Promise<void> {
  using scope = new BitmapScope();
  await lockCohort(transaction, list, 'SHARE');
  const at = await readClock(transaction, list.projectId);
  const [add, remove] = [scope.of(edit.add), scope.of(edit.remove)];
  await changeMembers(transaction, { ...list, add, remove, reason: 'api', at });
}
