import type { Transaction } from '#persistence';

import type { ProjectPerson } from '../merge-persons/batch-plan.js';

const NEXT = `((c.once || p.properties) || c.set) - ARRAY(SELECT jsonb_array_elements_text(c.unset))`;

// SDKs repeat the same $set with every event: a row that would stay as it is is not written again.
const SQL = `
  UPDATE person p
  SET properties = ${NEXT},
      created_at = LEAST(p.created_at, c.created_at),
      is_identified = p.is_identified OR c.is_identified
  FROM unnest($1::int[], $2::int[], $3::jsonb[], $4::jsonb[], $5::jsonb[], $6::timestamptz[], $7::boolean[])
    c(project_id, ordinal, once, set, unset, created_at, is_identified)
  WHERE p.project_id = c.project_id AND p.ordinal = c.ordinal
    AND (c.created_at < p.created_at OR (c.is_identified AND NOT p.is_identified) OR p.properties <> ${NEXT})`;

/** Writes what a batch changes of stored persons, whose rows are locked. */
export async function updatePersons(transaction: Transaction, changed: readonly ProjectPerson[]): Promise<void> {
  if (changed.length === 0) {
    return;
  }
  const columns = changed.map(({ person }) => person.changes.toColumns());
  await transaction.query(SQL, [
    changed.map(({ projectId }) => projectId),
    changed.map(({ person }) => person.ordinal),
    columns.map(({ once }) => JSON.stringify(once)),
    columns.map(({ set }) => JSON.stringify(set)),
    columns.map(({ unset }) => JSON.stringify(unset)),
    changed.map(({ person }) => person.createdAt?.toISOString() ?? null),
    changed.map(({ person }) => person.isIdentified),
  ]);
}
