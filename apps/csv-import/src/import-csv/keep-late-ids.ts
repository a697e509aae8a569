import type { IdKind } from '#csv';
import type { Transaction } from '#persistence';

import { folded } from './find-ids.js';
import type { LeasedImport } from './lease-import.js';

/** The form in which late ids are stored and compared. */
const LATE_FORM: Readonly<Record<IdKind, string>> = {
  person_id: 'value::uuid::text',
  distinct_id: 'value',
  email: folded('value'),
};

/** Ids of nobody wait for a person from now on; of two imports the later one is said to have brought them. */
export async function keepLateIds(
  transaction: Transaction,
  run: LeasedImport,
  values: readonly string[],
): Promise<void> {
  const { kind } = run.layout;
  await transaction.query(
    `INSERT INTO csv_late_id (project_id, kind, value, cohort_id, import_id)
     SELECT DISTINCT $1::int, $2, ${LATE_FORM[kind]}, $3::int, $4::uuid FROM unnest($5::text[]) AS given (value)
     ON CONFLICT (project_id, kind, value, cohort_id) DO UPDATE SET import_id = excluded.import_id`,
    [run.projectId, kind, run.cohortId, run.id, values],
  );
}

/** Whoever is taken out of a cohort before she is there shall not join it later. */
export async function forgetLateIds(
  transaction: Transaction,
  run: LeasedImport,
  values: readonly string[],
): Promise<void> {
  const { kind } = run.layout;
  await transaction.query(
    `DELETE FROM csv_late_id WHERE project_id = $1 AND kind = $2 AND cohort_id = $3
       AND value IN (SELECT ${LATE_FORM[kind]} FROM unnest($4::text[]) AS given (value))`,
    [run.projectId, kind, run.cohortId, values],
  );
}
