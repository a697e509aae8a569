import type { CohortFilters } from '#cohort-core';

import type { ProjectSnapshot } from '../ask-evaluator/project-snapshots.js';
import { invalid, notFound } from '../http/api-error.js';
import { IS_ALIVE } from '../present-person/read-persons.js';

/** Whom the question is about. */
export type PersonReference = { readonly uuid: string } | { readonly distinctId: string };

export interface FoundPerson {
  readonly ordinal: number;
  readonly uuid: string;
}

const BY_UUID = `SELECT p.ordinal, p.uuid FROM person p WHERE p.project_id = $1 AND p.uuid = $2 AND ${IS_ALIVE}`;
const BY_DISTINCT_ID = `
  SELECT p.ordinal, p.uuid FROM person_distinct_id d JOIN person p ON p.project_id = d.project_id AND p.ordinal = d.ordinal
  WHERE d.project_id = $1 AND d.distinct_id = $2 AND ${IS_ALIVE}`;

/** @throws ApiError 404 when there is none, or she was merged away or deleted */
export async function findPerson(
  { transaction, projectId }: ProjectSnapshot,
  reference: PersonReference,
): Promise<FoundPerson> {
  const [text, value] = 'uuid' in reference ? [BY_UUID, reference.uuid] : [BY_DISTINCT_ID, reference.distinctId];
  const { rows } = await transaction.query<FoundPerson>(text, [projectId, value]);
  if (rows[0] === undefined) {
    throw notFound();
  }
  return rows[0];
}

/** @returns null for a cohort without criteria. @throws ApiError 404; 400 when its members have no definition to explain them */
export async function findDefinition(
  { transaction, projectId }: ProjectSnapshot,
  cohortId: number,
): Promise<CohortFilters | null> {
  const { rows } = await transaction.query<{ filters: CohortFilters | null; is_static: boolean; deleted: boolean }>(
    'SELECT filters, is_static, deleted FROM cohort WHERE project_id = $1 AND id = $2',
    [projectId, cohortId],
  );
  const [cohort] = rows;
  if (cohort === undefined) {
    throw notFound();
  }
  if (cohort.is_static) {
    throw invalid(null, 'A static cohort is a list: who is in it was put there, and no condition explains it.');
  }
  if (cohort.deleted) {
    throw invalid(null, 'The cohort is deleted: nobody is in it.');
  }
  return cohort.filters;
}
