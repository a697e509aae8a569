import type { EventWindow } from './event-window.js';
import type { Scalar } from './fields.js';
import type { OperatorName } from './operators.js';

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
export interface PersonLeaf extends LeafBase {
  readonly kind: 'person';
  readonly key: string;
  readonly operator: OperatorName;
  /** Empty for operators without a value, and for `[]`, which is no condition. */
  readonly values: readonly Scalar[];
}

/** The person did the event at least once in the window. */
export interface PerformedEventLeaf extends LeafBase {
  readonly kind: 'performed_event';
  readonly event: string;
  readonly window: EventWindow;
}

export type Leaf = PersonLeaf | PerformedEventLeaf;
export type FilterNode = Group | Leaf;

/** Leaves with equal keys have the same answer (before negation), so they are computed once. */
export function leafKey(leaf: Leaf): string {
  return JSON.stringify({ ...leaf, negation: undefined, path: undefined });
}

/** Every leaf below the node, in order of reading. */
export function leavesOf(node: FilterNode): Leaf[] {
  return node.kind === 'group' ? node.children.flatMap(leavesOf) : [node];
}
