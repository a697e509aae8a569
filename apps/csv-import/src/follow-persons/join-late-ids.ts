import type { IdKind } from '#csv';
import { changeMembers, lockList, readClock, type Transaction, wantDependents } from '#persistence';

import { createEmailTable } from '../import-csv/email-table.js';
import type { ImportSession } from '../import-csv/import-session.js';
import type { LeasedImport } from '../import-csv/lease-import.js';
import { type Resolved, resolveIds } from '../import-csv/resolve-ids.js';

/** Ids of nobody, of one kind, that imports have kept for a cohort. */
export interface LateIds {
  readonly projectId: number;
  readonly cohortId: number;
  readonly kind: IdKind;
  readonly values: readonly string[];
}

/** So many ids a transaction; each is a pass over the ids of everyone, and holds the persons who were found. */
const BATCH = 100_000;

const FOUND = `
  WITH gone AS (
    DELETE FROM csv_late_id WHERE project_id = $1 AND cohort_id = $2 AND kind = $3 AND value = ANY($4::text[]) RETURNING import_id
  ), counted AS (SELECT import_id, count(*)::int AS count FROM gone GROUP BY import_id)
  UPDATE csv_import SET late_count = late_count + counted.count FROM counted WHERE csv_import.id = counted.import_id
  RETURNING counted.count`;

/** Whoever the ids belong to by now joins; her ids wait no more. @returns how many ids those were */
export async function joinLateIds(transaction: Transaction, late: LateIds, resolved: Resolved): Promise<number> {
  const { persons, unmatched } = resolved;
  try {
    const cohort = await lockList(transaction, late);
    if (persons.isEmpty || cohort === undefined || cohort.deleted || !cohort.isStatic) {
      return 0;
    }
    const at = await readClock(transaction, late.projectId);
    const joined = await changeMembers(transaction, { ...late, add: persons, reason: 'import', at });
    if (joined.enteredCount > 0) {
      await wantDependents(transaction, late);
    }
    const missing = new Set(unmatched);
    const found = late.values.filter((_, place) => !missing.has(place));
    const { rows } = await transaction.query<{ count: number }>(FOUND, [
      late.projectId,
      late.cohortId,
      late.kind,
      found,
    ]);
    return rows.reduce((sum, { count }) => sum + count, 0);
  } finally {
    persons.dispose();
  }
}

/**
 * The ids that this import has kept, looked up once more now that they are committed: a person who came before that was told of
 * while nobody waited for her yet. Who comes later is told of later.
 */
export async function joinLateIdsOf(session: ImportSession, run: LeasedImport): Promise<void> {
  const { rows } = await session.client.query<{ value: string }>(
    'SELECT value FROM csv_late_id WHERE import_id = $1 ORDER BY value',
    [run.id],
  );
  if (rows.length > 0 && run.layout.kind === 'email') {
    await createEmailTable(session.client, run.projectId);
  }
  for (let start = 0; start < rows.length; start += BATCH) {
    const values = rows.slice(start, start + BATCH).map(({ value }) => value);
    const { projectId, cohortId, layout } = run;
    await session.transaction(async (transaction) => {
      const resolved = await resolveIds(transaction, projectId, layout.kind, values);
      await joinLateIds(transaction, { projectId, cohortId, kind: layout.kind, values }, resolved);
    });
  }
}
