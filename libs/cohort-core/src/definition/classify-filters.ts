import { type FilterNode, leavesOf } from './filter-node.js';

/** Which kinds of conditions a cohort uses, as PostHog derives it on every save. */
export interface ConditionType {
  readonly person_properties: boolean;
  readonly behavioral: boolean;
  readonly lifecycle: boolean;
  readonly cohorts: boolean;
}

/** Null without leaves. */
export function conditionTypeOf(tree: FilterNode): ConditionType | null {
  const kinds = new Set(leavesOf(tree).map((leaf) => leaf.kind));
  if (kinds.size === 0) {
    return null;
  }
  return {
    person_properties: kinds.has('person'),
    behavioral: kinds.has('performed_event'),
    lifecycle: false,
    cohorts: false,
  };
}

const REALTIME_KINDS = ['person', 'performed_event'];

/** PostHog's rule: `realtime` when every leaf can be followed live, else null. */
export function cohortTypeOf(tree: FilterNode): 'realtime' | null {
  return leavesOf(tree).every((leaf) => REALTIME_KINDS.includes(leaf.kind)) ? 'realtime' : null;
}
