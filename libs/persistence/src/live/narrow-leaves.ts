import { type Bitmap, type BitmapScope, type FilterNode, leafKey, leavesOf } from '#cohort-core';

import type { WithinOf } from '../leaf-sources/all-sources.js';

/** A tree, and the persons it is asked about. */
export interface NarrowTree {
  readonly tree: FilterNode;
  readonly within: Bitmap;
}

/** Each leaf is asked about the persons of the trees that it stands in; trees that share a bitmap give their leaves that very one. */
export function withinOfLeaves(asked: readonly NarrowTree[], scope: BitmapScope): WithinOf {
  const numbers = new Map<Bitmap, number>();
  const sets = new Map<string, Set<Bitmap>>();
  for (const { tree, within } of asked) {
    numbers.set(within, numbers.get(within) ?? numbers.size);
    for (const leaf of leavesOf(tree)) {
      const key = leafKey(leaf);
      const own = sets.get(key) ?? new Set<Bitmap>();
      sets.set(key, own.add(within));
    }
  }
  const unions = new Map<string, Bitmap>();
  const withins = new Map<string, Bitmap>();
  for (const [key, own] of sets) {
    const parts = [...own];
    const name = parts
      .map((part) => numbers.get(part) ?? 0)
      .sort((a, b) => a - b)
      .join();
    const union = unions.get(name) ?? (parts.length === 1 ? parts[0] : undefined) ?? scope.union(parts);
    unions.set(name, union);
    withins.set(key, union);
  }
  return (leaf) => withins.get(leafKey(leaf)) ?? scope.of();
}
