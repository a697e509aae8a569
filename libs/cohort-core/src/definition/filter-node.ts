import type { PropertyCondition } from './condition.js';
import type { Interval, RelativeDate } from './dates.js';
import type { EventWindow } from './event-window.js';

/** AND of all, or OR of any, of its children. */
export interface Group {
  readonly kind: 'group';
  readonly type: 'AND' | 'OR';
  readonly children: readonly FilterNode[];
  readonly path: string;
}

interface LeafBase {
  /** The leaf then means everyone else. */
  readonly negation: boolean;
  /** Where it stands in the request: `filters__properties__values__0`. */
  readonly path: string;
}

/** A condition on one property of the person. */
export interface PersonLeaf extends LeafBase, PropertyCondition {
  readonly kind: 'person';
}

/** A condition on the person's distinct ids: any of them may meet it (a negative one: none may fail it). */
export interface DistinctIdLeaf extends LeafBase, PropertyCondition {
  readonly kind: 'distinct_id';
}

/** A condition on a column of the person, never on a property of that name. */
export interface PersonMetadataLeaf extends LeafBase, PropertyCondition {
  readonly kind: 'person_metadata';
  readonly key: 'created_at';
}

/** Members of another cohort of the project, as stored. */
export interface CohortLeaf extends LeafBase {
  readonly kind: 'cohort';
  readonly cohortId: number;
}

/** A condition on the event's properties, or on the elements of an autocaptured click. */
export interface EventFilter extends PropertyCondition {
  readonly type: 'event' | 'element';
}

/** Which events count: by name, or by an action of the project. Filters all hold on the same event. */
export interface EventMatcher {
  readonly type: 'events' | 'actions';
  /** Event name, or action id. */
  readonly key: string | number;
  readonly filters: readonly EventFilter[];
}

export type CountOperator = 'gte' | 'lte' | 'gt' | 'lt' | 'eq';

/** How often; only persons with at least one event are looked at. */
export interface CountRule {
  readonly operator: CountOperator;
  readonly value: number;
}

interface BehavioralLeaf extends LeafBase {
  readonly matcher: EventMatcher;
}

/** At least one matching event in the window. */
export interface PerformedEventLeaf extends BehavioralLeaf {
  readonly kind: 'performed_event';
  readonly window: EventWindow;
}

/** So many matching events in a rolling window. */
export interface PerformedMultipleLeaf extends BehavioralLeaf {
  readonly kind: 'performed_event_multiple';
  readonly window: EventWindow;
  readonly count: CountRule;
}

/** The first occurrence ever lies in the window, and satisfies the filters. */
export interface FirstTimeLeaf extends BehavioralLeaf {
  readonly kind: 'performed_event_first_time';
  readonly window: EventWindow;
}

/** One event, then another strictly later and at most `gap` later, both in the window. */
export interface SequenceLeaf extends BehavioralLeaf {
  readonly kind: 'performed_event_sequence';
  readonly window: EventWindow;
  readonly next: EventMatcher;
  /** A month is 30 days, a year 365. */
  readonly gap: { readonly amount: number; readonly unit: Interval };
}

/** At least `minPeriods` of the last `totalPeriods` periods have a count that satisfies the rule; today is in none. */
export interface RegularlyLeaf extends BehavioralLeaf {
  readonly kind: 'performed_event_regularly';
  readonly period: { readonly amount: number; readonly unit: Interval };
  readonly totalPeriods: number;
  readonly minPeriods: number;
  readonly count: CountRule;
}

/** Did it in the window, and not in the recent (shorter) one. */
export interface StoppedLeaf extends BehavioralLeaf {
  readonly kind: 'stopped_performing_event';
  readonly window: EventWindow;
  readonly recent: RelativeDate;
}

/** Did it recently and long ago, and not in between. */
export interface RestartedLeaf extends BehavioralLeaf {
  readonly kind: 'restarted_performing_event';
  readonly quietFrom: RelativeDate;
  readonly recent: RelativeDate;
}

export type EventLeaf =
  | PerformedEventLeaf
  | PerformedMultipleLeaf
  | FirstTimeLeaf
  | SequenceLeaf
  | RegularlyLeaf
  | StoppedLeaf
  | RestartedLeaf;
export type Leaf = PersonLeaf | DistinctIdLeaf | PersonMetadataLeaf | CohortLeaf | EventLeaf;
export type FilterNode = Group | Leaf;

export function isEventLeaf(leaf: Leaf): leaf is EventLeaf {
  return 'matcher' in leaf;
}

/** Leaves do not change, and those of live cohorts are asked for their keys with every batch. */
const keys = new WeakMap<Leaf, string>();

/** Leaves with equal keys have the same answer (before negation), so they are computed once. */
export function leafKey(leaf: Leaf): string {
  const key = keys.get(leaf) ?? JSON.stringify({ ...leaf, negation: undefined, path: undefined });
  keys.set(leaf, key);
  return key;
}

/** Every leaf below the node, in order of reading. */
export function leavesOf(node: FilterNode): Leaf[] {
  return node.kind === 'group' ? node.children.flatMap(leavesOf) : [node];
}

/** Ids of the cohorts that the tree refers to, each once. */
export function cohortsOf(node: FilterNode): number[] {
  return [...new Set(leavesOf(node).flatMap((leaf) => (leaf.kind === 'cohort' ? [leaf.cohortId] : [])))];
}

/** The events and actions that a leaf looks at. */
export function matchersOf(leaf: Leaf): EventMatcher[] {
  if (!isEventLeaf(leaf)) {
    return [];
  }
  return leaf.kind === 'performed_event_sequence' ? [leaf.matcher, leaf.next] : [leaf.matcher];
}
