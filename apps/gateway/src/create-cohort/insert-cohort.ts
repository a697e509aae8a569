import type { Pool } from 'pg';

import { type CohortCreated, TOPICS } from '#contracts';
import { outboxInsert } from '#outbox';
import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { CheckedDefinition } from '../check-definition/check-definition.js';
import type { Shape } from '../http/shape.js';
import { COHORT_COLUMNS, type CohortRow, type StoredCohort } from '../present-cohort/cohort-row.js';
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

/** Cohort, message and activity in one statement: one transaction, one round trip. */
const INSERT_COHORT = `
  WITH created AS (
    INSERT INTO cohort AS c (project_id, name, description, filters, cohort_type, condition_type, created_by_id, groups, is_static,
      pending_version, version, is_calculating)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $10, $11, 1, $12::int, $12::int IS NULL)
    RETURNING ${COHORT_COLUMNS}
  ), logged AS (
    INSERT INTO activity_log (project_id, cohort_id, user_id, activity, name) SELECT c.project_id, c.id, $7, 'created', c.name FROM created AS c
  ), news AS (${outboxInsert(NEWS)})
  SELECT * FROM created`;

/** A dynamic cohort, or a static one made from criteria, waits for its first version: pending 1, none readable. A list is there at once. */
function firstVersionOf({ isStatic, definition, personIds }: NewCohort): number | null {
  return isStatic && (definition === undefined || personIds.length > 0) ? 1 : null;
}

/** Stores the cohort, its `cohort.created` and its activity together, or nothing. */
export async function insertCohort(
  client: Client,
  access: Access,
  cohort: NewCohort,
  checked: CheckedDefinition,
): Promise<CohortRow> {
  const { rows } = await client.query<StoredCohort>({
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
      JSON.stringify(cohort.groups),
      cohort.isStatic,
      firstVersionOf(cohort),
    ],
  });
  if (rows[0] === undefined) {
    throw new Error('INSERT INTO cohort returned no row');
  }
  return { ...rows[0], created_by: access.user, calculation: null };
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
    is_static: cohort.isStatic,
    cohort_type: cohortType,
    created_by_id: access.user.id,
  };
}
