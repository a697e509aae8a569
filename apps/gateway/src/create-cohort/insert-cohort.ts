import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { COHORT_COLUMNS, type CohortRow } from '../present-cohort/cohort-row.js';
import type { NewCohort } from './read-new-cohort.js';

/** A new cohort waits for its first version: pending 1, none readable. */
const INSERT_COHORT = `
  INSERT INTO cohort AS c (project_id, name, description, filters, cohort_type, condition_type, pending_version,
    is_calculating, created_by_id)
  VALUES ($1, $2, $3, $4, $5, $6, 1, true, $7)
  RETURNING ${COHORT_COLUMNS}`;

export async function insertCohort(transaction: Transaction, access: Access, cohort: NewCohort): Promise<CohortRow> {
  const { rows } = await transaction.query<Omit<CohortRow, 'created_by'>>({
    name: 'insert-cohort',
    text: INSERT_COHORT,
    values: [
      access.projectId,
      cohort.name,
      cohort.description,
      cohort.filters,
      cohort.cohortType,
      cohort.conditionType,
      access.user.id,
    ],
  });
  if (rows[0] === undefined) {
    throw new Error('INSERT INTO cohort returned no row');
  }
  return { ...rows[0], created_by: access.user };
}
