import { type CohortLeaf, type FilterNode, isEventLeaf, type Leaf, leavesOf } from './filter-node.js';

/** Which kinds of conditions a cohort uses, as PostHog derives it on every save. */
export interface ConditionType {
  readonly person_properties: boolean;
  readonly behavioral: boolean;
  readonly lifecycle: boolean;
  readonly cohorts: boolean;
}

const LIFECYCLE: readonly Leaf['kind'][] = [
  'performed_event_first_time',
  'performed_event_regularly',
  'stopped_performing_event',
  'restarted_performing_event',
];

/** Null without leaves. */
export function conditionTypeOf(tree: FilterNode): ConditionType | null {
  const leaves = leavesOf(tree);
  if (leaves.length === 0) {
    return null;
  }
  return {
    person_properties: leaves.some((leaf) => !isEventLeaf(leaf) && leaf.kind !== 'cohort'),
    behavioral: leaves.some((leaf) => isEventLeaf(leaf) && !LIFECYCLE.includes(leaf.kind)),
    lifecycle: leaves.some((leaf) => LIFECYCLE.includes(leaf.kind)),
    cohorts: leaves.some((leaf) => leaf.kind === 'cohort'),
  };
}

/**
 * PostHog's rule: `realtime` when every leaf is a person property, a (counted) event by name, or a realtime cohort; else null.
 * @param isRealtime whether a referenced cohort is realtime itself
 */
export function cohortTypeOf(
  tree: FilterNode,
  isRealtime: (leaf: CohortLeaf) => boolean = () => false,
): 'realtime' | null {
  return leavesOf(tree).every((leaf) => canBeRealtime(leaf, isRealtime)) ? 'realtime' : null;
}

function canBeRealtime(leaf: Leaf, isRealtime: (leaf: CohortLeaf) => boolean): boolean {
  switch (leaf.kind) {
    case 'person':
    case 'distinct_id':
      return true;
    case 'performed_event':
    case 'performed_event_multiple':
      return leaf.matcher.type === 'events';
    case 'cohort':
      return isRealtime(leaf);
    default:
      return false;
  }
}
