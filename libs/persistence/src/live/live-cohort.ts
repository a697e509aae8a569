import {
  cohortsOf,
  type FilterNode,
  type Leaf,
  leavesOf,
  matchersOf,
  mayMatchEmptyPerson,
  parseFilters,
} from '#cohort-core';

/** Over a row of `cohort`: it is kept true between its calculations; all others wait for their next flip. */
export const IS_LIVE = `(NOT cohort.deleted AND NOT cohort.is_static AND cohort.version IS NOT NULL
  AND cohort.live_filters IS NOT NULL AND cohort.live_error IS NULL AND NOT cohort.limit_exceeded)`;

/**
 * A kind of news about a person that may move her in or out of a cohort: an event of that name, a property of that key, a distinct
 * id, her birth. Merges and deaths are news to every cohort.
 */
export type Fact = `event:${string}` | `property:${string}` | 'distinct_ids' | 'birth';

/** A definition that is kept live, and what news it wants to hear. */
export interface LiveCohort {
  readonly id: number;
  readonly tree: FilterNode;
  /** Ids of the cohorts that its tree refers to. */
  readonly references: readonly number[];
  /** Ids of the actions that its tree names: their steps say which further events it is about. */
  readonly actions: readonly number[];
  readonly facts: readonly Fact[];
}

/** @throws DefinitionError when the stored filters are not readable any more */
export function readLiveCohort(id: number, filters: unknown): LiveCohort {
  const { tree } = parseFilters(filters);
  const leaves = leavesOf(tree);
  const names = leaves.flatMap(matchersOf).map(({ key }) => key);
  return {
    id,
    tree,
    references: cohortsOf(tree),
    actions: names.filter((name) => typeof name === 'number'),
    facts: [...new Set([...leaves.flatMap(factsOf), ...(mayMatchEmptyPerson(tree) ? (['birth'] as const) : [])])],
  };
}

function factsOf(leaf: Leaf): Fact[] {
  switch (leaf.kind) {
    case 'person':
      return [`property:${leaf.key}`];
    case 'distinct_id':
      return ['distinct_ids'];
    case 'person_metadata':
    case 'cohort':
      // A moment of birth changes with a merge only; who moved in the other cohort is known when that has been evaluated.
      return [];
    default:
      return matchersOf(leaf).flatMap(({ key }) => (typeof key === 'string' ? [`event:${key}` as const] : []));
  }
}
