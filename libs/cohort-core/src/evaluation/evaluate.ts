import type { Bitmap } from '../bitmap/bitmap.js';
import { BitmapScope } from '../bitmap/bitmap-scope.js';
import { type FilterNode, type Leaf, leafKey, leavesOf } from '../definition/filter-node.js';
import type { LeafSource, Moment } from './leaf-source.js';

export interface Evaluation extends Moment {
  /** The persons neither merged away nor deleted. Every answer lies inside; negation is taken from it. */
  readonly everyone: Bitmap;
  readonly sources: readonly LeafSource[];
}

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
  const results = trees.map((tree) => combine(tree, matches, universe, scope));
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

/** @returns a bitmap of its own, tracked by the scope, inside the universe */
function combine(node: FilterNode, matches: Matches, universe: Bitmap, scope: BitmapScope): Bitmap {
  if (node.kind !== 'group') {
    return combineLeaf(node, matches, universe, scope);
  }
  const [first, ...others] = node.children.map((child) => combine(child, matches, universe, scope));
  if (first === undefined) {
    throw new Error(`empty group at ${node.path}: the parser refuses those`);
  }
  for (const other of others) {
    if (node.type === 'AND') {
      first.andInPlace(other);
    } else {
      first.orInPlace(other);
    }
  }
  return first;
}

function combineLeaf(leaf: Leaf, matches: Matches, universe: Bitmap, scope: BitmapScope): Bitmap {
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
