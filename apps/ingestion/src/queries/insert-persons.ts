import type { Transaction } from '#persistence';

import type { ProjectPerson } from '../merge-persons/batch-plan.js';

const SQL = `
  INSERT INTO person (project_id, ordinal, uuid, properties, created_at, is_identified)
  SELECT * FROM unnest($1::int[], $2::int[], $3::uuid[], $4::jsonb[], $5::timestamptz[], $6::boolean[])`;

/** Stores persons born in this batch; their ordinals are reserved. */
export async function insertPersons(transaction: Transaction, born: readonly ProjectPerson[]): Promise<void> {
  if (born.length === 0) {
    return;
  }
  await transaction.query(SQL, [
    born.map(({ projectId }) => projectId),
    born.map(({ person }) => person.ordinal),
    born.map(({ person }) => person.row.uuid),
    born.map(({ person }) => JSON.stringify(person.changes.applyTo({}))),
    born.map(({ person }) => person.createdAt?.toISOString()),
    born.map(({ person }) => person.isIdentified),
  ]);
}
