import type { Bitmap } from '../bitmap/bitmap.js';
import { BitmapScope } from '../bitmap/bitmap-scope.js';
import { type FilterNode, type Group, type Leaf, leafKey, leavesOf } from '../definition/filter-node.js';
import type { LeafSource, Moment } from './leaf-source.js';

export interface Evaluation extends Moment {
  /** The persons neither merged away nor deleted. Every answer lies inside; negation is taken from it. */
  readonly everyone: Bitmap;
  readonly sources: readonly LeafSource[];
  /** Told of every node of every tree, each after its children; what preview and explanation show is what was combined here. */
  readonly observe?: NodeObserver;
}

/** @param matched who matches the node, negation applied; borrowed: it changes as soon as the call returns */
export type NodeObserver = (node: FilterNode, matched: Bitmap) => void;

/**
 * The one evaluator: who matches each tree, at an instant, within a set of persons. Calculation, preview, live changes,
 * expiry and explanation all ask here. Equal leaves, also of different trees, are computed once.
 * @returns one bitmap per tree, in order; the caller disposes of them
 */
export async function evaluate(trees: readonly FilterNode[], evaluation: Evaluation): Promise<Bitmap[]> {
  using scope = new BitmapScope();
  const universe = scope.copy(evaluation.everyone);
  if (evaluation.within !== null) {
    universe.andInPlace(evaluation.within);
  }
  const matches = await matchLeaves(trees.flatMap(leavesOf), evaluation, scope);
  const context = { matches, universe, scope, observe: evaluation.observe };
  const results = trees.map((tree) => combine(tree, context));
  return results.map((result) => scope.release(result));
}

type Matches = ReadonlyMap<string, Bitmap>;

async function matchLeaves(leaves: readonly Leaf[], evaluation: Evaluation, scope: BitmapScope): Promise<Matches> {
  const distinct = new Map(leaves.map((leaf) => [leafKey(leaf), leaf]));
  const matches = new Map<string, Bitmap>();
  for (const source of evaluation.sources) {
    const own = [...distinct].filter(([, leaf]) => source.answers(leaf));
    if (own.length === 0) {
      continue;
    }
    const bitmaps = await source.matching(
      own.map(([, leaf]) => leaf),
      evaluation,
    );
    own.forEach(([key], index) => {
      const bitmap = bitmaps[index];
      if (bitmap !== undefined) {
        matches.set(key, scope.track(bitmap));
      }
    });
  }
  return matches;
}

interface Combination {
  readonly matches: Matches;
  readonly universe: Bitmap;
  readonly scope: BitmapScope;
  readonly observe: NodeObserver | undefined;
}

/** @returns a bitmap of its own, tracked by the scope, inside the universe */
function combine(node: FilterNode, context: Combination): Bitmap {
  const matched = node.kind === 'group' ? combineGroup(node, context) : combineLeaf(node, context);
  context.observe?.(node, matched);
  return matched;
}

function combineGroup(group: Group, context: Combination): Bitmap {
  const [first, ...others] = group.children.map((child) => combine(child, context));
  if (first === undefined) {
    throw new Error(`empty group at ${group.path}: the parser refuses those`);
  }
  for (const other of others) {
    if (group.type === 'AND') {
      first.andInPlace(other);
    } else {
      first.orInPlace(other);
    }
  }
  return first;
}

function combineLeaf(leaf: Leaf, { matches, universe, scope }: Combination): Bitmap {
  const match = matches.get(leafKey(leaf));
  if (match === undefined) {
    throw new Error(`no source answers the leaf at ${leaf.path}`);
  }
  const result = scope.copy(universe);
  if (leaf.negation) {
    result.andNotInPlace(match);
  } else {
    result.andInPlace(match);
  }
  return result;
}
