import { type CohortLeaf, isEventLeaf, type Leaf } from '#cohort-core';

import { type BehaviorEvidence, behaviorEvidence } from './behavior-evidence.js';
import type { OnePerson } from './one-person.js';

const MAX_DISTINCT_IDS = 100;

/** The facts that a leaf was decided by. */
export type Evidence =
  | BehaviorEvidence
  /** A property or column as stored; absent and null are told apart by `isThere`. */
  | { readonly type: 'value'; readonly value: unknown; readonly isThere: boolean }
  | { readonly type: 'distinct_ids'; readonly distinctIds: readonly string[]; readonly total: number }
  | { readonly type: 'cohort'; readonly cohortId: number; readonly name: string; readonly version: number | null };

/** What is known of the person where the leaf looks. Whether she matches is not decided here. */
export async function readEvidence(person: OnePerson, leaf: Leaf): Promise<Evidence> {
  if (isEventLeaf(leaf)) {
    return behaviorEvidence(person, leaf);
  }
  switch (leaf.kind) {
    case 'person':
      return storedProperty(person, leaf.key);
    case 'person_metadata':
      return creation(person);
    case 'distinct_id':
      return distinctIds(person);
    case 'cohort':
      return referenced(person, leaf);
  }
}

async function storedProperty({ transaction, projectId, ordinal }: OnePerson, key: string): Promise<Evidence> {
  const result = await transaction.query<{ value: unknown; isThere: boolean }>(
    `SELECT properties -> $3::text AS value, properties ? $3::text AS "isThere" FROM person WHERE project_id = $1 AND ordinal = $2`,
    [projectId, ordinal, key],
  );
  const { value = null, isThere = false } = result.rows[0] ?? {};
  return { type: 'value', value, isThere };
}

async function creation({ transaction, projectId, ordinal }: OnePerson): Promise<Evidence> {
  const result = await transaction.query<{ created_at: Date }>(
    'SELECT created_at FROM person WHERE project_id = $1 AND ordinal = $2',
    [projectId, ordinal],
  );
  return { type: 'value', value: result.rows[0]?.created_at.toISOString() ?? null, isThere: true };
}

async function distinctIds({ transaction, projectId, ordinal }: OnePerson): Promise<Evidence> {
  const result = await transaction.query<{ distinct_id: string; total: number }>(
    `SELECT distinct_id, count(*) OVER ()::int AS total FROM person_distinct_id
     WHERE project_id = $1 AND ordinal = $2 ORDER BY distinct_id LIMIT $3`,
    [projectId, ordinal, MAX_DISTINCT_IDS],
  );
  const ids = result.rows.map(({ distinct_id }) => distinct_id);
  return { type: 'distinct_ids', distinctIds: ids, total: result.rows[0]?.total ?? 0 };
}

async function referenced({ transaction, projectId }: OnePerson, { cohortId }: CohortLeaf): Promise<Evidence> {
  const result = await transaction.query<{ name: string; version: number | null }>(
    'SELECT name, version FROM cohort WHERE project_id = $1 AND id = $2',
    [projectId, cohortId],
  );
  const { name = '', version = null } = result.rows[0] ?? {};
  return { type: 'cohort', cohortId, name, version };
}
