import type { Pool } from 'pg';

import { type CohortCreated, TOPICS } from '#contracts';
import { outboxInsert } from '#outbox';
import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { CheckedDefinition } from '../check-definition/check-definition.js';
import type { Shape } from '../http/shape.js';
import { COHORT_COLUMNS, type CohortRow } from '../present-cohort/cohort-row.js';
import type { NewCohort } from './read-new-cohort.js';

/** A transaction, or the pool where one statement is all. */
export type Client = Pool | Transaction;

/** The news of the row that was just inserted, under its cohortKey; the inserted row is the lock that orders this key's messages. */
const NEWS = `
  SELECT NULL::uuid, $8::text, c.project_id || ':' || c.id,
    ($9::jsonb || jsonb_build_object('cohort_id', c.id, 'pending_version', c.pending_version, 'definition_number', c.definition_number,
      'created_at', to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::json,
    NULL::jsonb, c.project_id, c.created_at
  FROM created AS c`;

/** Cohort and message in one statement: one transaction, one round trip. A new cohort waits for its first version: pending 1, none readable. */
const INSERT_COHORT = `
  WITH created AS (
    INSERT INTO cohort AS c (project_id, name, description, filters, cohort_type, condition_type, pending_version,
      is_calculating, created_by_id)
    VALUES ($1, $2, $3, $4, $5, $6, 1, true, $7)
    RETURNING ${COHORT_COLUMNS}
  ), news AS (${outboxInsert(NEWS)})
  SELECT * FROM created`;

/** Stores the cohort and its `cohort.created` together, or neither. */
export async function insertCohort(
  client: Client,
  access: Access,
  cohort: NewCohort,
  checked: CheckedDefinition,
): Promise<CohortRow> {
  const { rows } = await client.query<Omit<CohortRow, 'created_by'>>({
    name: 'insert-cohort',
    text: INSERT_COHORT,
    values: [
      access.projectId,
      cohort.name,
      cohort.description,
      cohort.definition?.filters ?? null,
      checked.cohortType,
      checked.conditionType,
      access.user.id,
      TOPICS.cohortCreated.name,
      knownNews(access, cohort, checked),
    ],
  });
  if (rows[0] === undefined) {
    throw new Error('INSERT INTO cohort returned no row');
  }
  return { ...rows[0], created_by: access.user };
}

type StoredNews = 'cohort_id' | 'pending_version' | 'definition_number' | 'created_at';

/** The part of the message that is known before the row exists; the statement adds the rest. */
function knownNews(
  access: Access,
  cohort: NewCohort,
  { cohortType }: CheckedDefinition,
): Omit<Shape<CohortCreated>, StoredNews> {
  return {
    schema_version: TOPICS.cohortCreated.schemaVersion,
    project_id: access.projectId,
    name: cohort.name,
    is_static: false,
    cohort_type: cohortType,
    created_by_id: access.user.id,
  };
}
