import type { Pool } from 'pg';

import {
  cohortsOf,
  cohortTypeOf,
  type ConditionType,
  conditionTypeOf,
  type EventLeaf,
  type FilterNode,
  isEventLeaf,
  leavesOf,
} from '#cohort-core';
import type { CohortType } from '#contracts';
import type { Transaction } from '#persistence';

import { invalid } from '../http/api-error.js';

/** What is stored beside filters, and can only be known with the project at hand. */
export interface CheckedDefinition {
  readonly cohortType: CohortType | null;
  readonly conditionType: ConditionType | null;
}

/**
 * Checks a parsed tree against its project: every action and cohort that it names is there. A deleted cohort is (PostHog looks it
 * up by id too): it has no members. Hold the live-set row ({@link lockLiveSet}) when the tree refers to cohorts and is stored
 * afterwards, else what was found here may be gone by then.
 * @throws ApiError 400, `attr` the path of the leaf's key or value
 */
export async function checkDefinition(
  client: Pool | Transaction,
  projectId: number,
  tree: FilterNode,
): Promise<CheckedDefinition> {
  await refuseUnknownActions(client, projectId, tree);
  const types = await typesOfCohorts(client, projectId, cohortsOf(tree));
  const unknown = leavesOf(tree).find((leaf) => leaf.kind === 'cohort' && !types.has(leaf.cohortId));
  if (unknown !== undefined) {
    throw invalid(`${unknown.path}__value`, 'Invalid Cohort ID in filter');
  }
  return {
    cohortType: cohortTypeOf(tree, ({ cohortId }) => types.get(cohortId) === 'realtime'),
    conditionType: conditionTypeOf(tree),
  };
}

async function typesOfCohorts(
  client: Pool | Transaction,
  projectId: number,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string | null>> {
  if (ids.length === 0) {
    return new Map();
  }
  const { rows } = await client.query<{ id: number; cohort_type: string | null }>(
    'SELECT id, CASE WHEN NOT limit_exceeded THEN cohort_type END AS cohort_type FROM cohort WHERE project_id = $1 AND id = ANY($2::int[])',
    [projectId, ids],
  );
  return new Map(rows.map((row) => [row.id, row.cohort_type]));
}

interface NamedAction {
  readonly id: number;
  /** Of the field that names it. */
  readonly path: string;
}

async function refuseUnknownActions(client: Pool | Transaction, projectId: number, tree: FilterNode): Promise<void> {
  const named = leavesOf(tree).filter(isEventLeaf).flatMap(actionsOf);
  if (named.length === 0) {
    return;
  }
  const { rows } = await client.query<{ id: number }>(
    'SELECT id FROM action WHERE project_id = $1 AND id = ANY($2::int[])',
    [projectId, named.map(({ id }) => id)],
  );
  const unknown = named.find(({ id }) => !rows.some((row) => row.id === id));
  if (unknown !== undefined) {
    throw invalid(unknown.path, `There is no action with id ${unknown.id} in this project.`);
  }
}

function actionsOf(leaf: EventLeaf): NamedAction[] {
  const next = leaf.kind === 'performed_event_sequence' ? leaf.next.key : undefined;
  return [
    { id: leaf.matcher.key, path: `${leaf.path}__key` },
    { id: next, path: `${leaf.path}__seq_event` },
  ].flatMap(({ id, path }) => (typeof id === 'number' ? [{ id, path }] : []));
}
