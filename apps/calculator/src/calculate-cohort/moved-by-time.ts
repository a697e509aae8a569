import { type Bitmap, BitmapScope, type FilterNode, instantOf, type Leaf, leafKey, leavesOf } from '#cohort-core';
import { isStoredDate, type Transaction, visitedByTime } from '#persistence';

/** Stored dates are looked for so far ahead of the instant, so that under the locks nobody has to. */
const AHEAD_MS = 60_000;
/** When no more than this is left, they are looked for anew before the locks are taken. */
const ENOUGH_MS = 10_000;
/** Live membership may be behind time by as much: its sweeper comes by every few seconds. */
export const SWEEP_LATENESS_MS = 15_000;

/** The persons whose stored dates pass an edge until then, and those for whom one has just done so. */
export interface Foreseen {
  /** Whoever holds the batch disposes of it. */
  readonly persons: Bitmap;
  readonly until: Date;
}

interface Clock {
  readonly projectId: number;
  readonly timezone: string;
}

interface Defined {
  readonly tree: FilterNode | null;
}

/** @param since dates that have passed from then on are among them */
export async function foresee(
  transaction: Transaction,
  clock: Clock,
  cohorts: readonly Defined[],
  { since, at }: { readonly since: Date; readonly at: Date },
): Promise<Foreseen> {
  const after = new Date(since.getTime() - SWEEP_LATENESS_MS);
  const until = new Date(at.getTime() + AHEAD_MS);
  return { persons: await visited(transaction, clock, cohorts, { after, upTo: until, looks: isStoredDate }), until };
}

export function isForeseen({ until }: Foreseen, at: Date): boolean {
  return at.getTime() + ENOUGH_MS <= until.getTime();
}

/** The persons whom time alone may have moved in one of the cohorts, stored dates left aside: each of those facts has an index. */
export function movedByTime(
  transaction: Transaction,
  clock: Clock,
  cohorts: readonly Defined[],
  stretch: { readonly after: Date; readonly upTo: Date },
): Promise<Bitmap> {
  return visited(transaction, clock, cohorts, { ...stretch, looks: (facts) => !isStoredDate(facts) });
}

interface Stretch {
  readonly after: Date;
  readonly upTo: Date;
  readonly looks: Parameters<typeof visitedByTime>[3];
}

async function visited(
  transaction: Transaction,
  clock: Clock,
  cohorts: readonly Defined[],
  { after, upTo, looks }: Stretch,
): Promise<Bitmap> {
  using scope = new BitmapScope();
  const all = scope.of();
  const sweep = { ...clock, after: instantOf(after), upTo: instantOf(upTo) };
  for (const leaf of distinctLeaves(cohorts)) {
    all.orInPlace(scope.track(await visitedByTime(transaction, leaf, sweep, looks)));
  }
  return scope.release(all);
}

function distinctLeaves(cohorts: readonly Defined[]): Iterable<Leaf> {
  const leaves = cohorts.flatMap(({ tree }) => (tree === null ? [] : leavesOf(tree)));
  return new Map(leaves.map((leaf) => [leafKey(leaf), leaf])).values();
}
