import type { Pool } from 'pg';

import { cohortsOf, type FilterNode, type Leaf, leavesOf } from '#cohort-core';
import { COHORT_TYPES, type CohortType } from '#contracts';
import type { Transaction } from '#persistence';

import { invalid } from '../http/api-error.js';

/** Longest text of the client that is sent back. */
const MAX_SHOWN = 80;
const ANALYTICAL: readonly Leaf['kind'][] = [
  'performed_event_first_time',
  'performed_event_regularly',
  'performed_event_sequence',
  'stopped_performing_event',
  'restarted_performing_event',
];
/** By rank: the highest of all leaves is the type of the cohort. */
const TYPES = ['static', 'person_property', 'behavioral', 'analytical'] as const;

/** The highest rank among the cohorts that some cohorts lead to; a static one is a list, ranks lowest and leads nowhere. */
const RANK_OF_REFERENCES = `
  WITH RECURSIVE reached (id) AS (
    SELECT unnest($2::int[])
    UNION
    SELECT unnest(c.refers_to) FROM reached JOIN cohort c ON c.project_id = $1 AND c.id = reached.id AND NOT c.is_static
  )
  SELECT coalesce(max(CASE
      WHEN c.is_static THEN 0
      WHEN jsonb_path_exists(c.filters, 'strict $.** ? (@.type == "behavioral").value ? (${ANALYTICAL.map((kind) => `@ == "${kind}"`).join(' || ')})', '{}', true) THEN 3
      WHEN (c.condition_type ->> 'behavioral')::boolean THEN 2
      WHEN (c.condition_type ->> 'person_properties')::boolean THEN 1
      ELSE 0 END), 0) AS rank
  FROM reached JOIN cohort c ON c.project_id = $1 AND c.id = reached.id`;

/** What a cohort_type that was sent is compared with. */
export interface TypedCohort {
  readonly isStatic: boolean;
  /** Undefined without criteria. */
  readonly tree: FilterNode | undefined;
  /** The type that will be stored, or is: it comes back in copies and in whole payloads. */
  readonly stored: readonly (CohortType | null)[];
}

/**
 * A type that is sent must be the one that follows from the cohort (spec: api.md §6), or the one it has.
 * @returns the type when one was sent that is not the stored one
 * @throws ApiError 400
 */
export async function refuseOtherType(
  client: Pool | Transaction,
  projectId: number,
  given: unknown,
  cohort: TypedCohort,
): Promise<CohortType | undefined> {
  if (given === undefined || given === null || cohort.stored.some((type) => type === given)) {
    return undefined;
  }
  const type = COHORT_TYPES.find((choice) => choice === given);
  if (type === undefined) {
    const shown = JSON.stringify(given).slice(0, MAX_SHOWN);
    throw invalid('cohort_type', `${shown} is not a valid choice.`, 'invalid_choice');
  }
  const expected = await expectedType(client, projectId, cohort);
  if (expected === undefined) {
    throw invalid('cohort_type', 'Invalid cohort type for the given filters');
  }
  if (type !== expected) {
    throw invalid('cohort_type', `Cohort type '${type}' does not match the filters. Expected type: '${expected}'`);
  }
  return type;
}

async function expectedType(
  client: Pool | Transaction,
  projectId: number,
  { isStatic, tree }: TypedCohort,
): Promise<CohortType | undefined> {
  if (isStatic) {
    return 'static';
  }
  if (tree === undefined) {
    return undefined;
  }
  const own = Math.max(...leavesOf(tree).map(rankOf));
  const references = cohortsOf(tree);
  return TYPES[references.length === 0 ? own : Math.max(own, await rankOfReferences(client, projectId, references))];
}

function rankOf(leaf: Leaf): number {
  if (ANALYTICAL.includes(leaf.kind)) {
    return 3;
  }
  if ('matcher' in leaf) {
    return 2;
  }
  return leaf.kind === 'cohort' ? 0 : 1;
}

async function rankOfReferences(
  client: Pool | Transaction,
  projectId: number,
  references: readonly number[],
): Promise<number> {
  const { rows } = await client.query<{ rank: number }>(RANK_OF_REFERENCES, [projectId, references]);
  return rows[0]?.rank ?? 0;
}
