import { type Instant, instantOf } from '#cohort-core';
import type { SweepMark, SweepState, TimedLeaf } from '#persistence';

/** What has been swept, in memory. */
export interface Swept {
  readonly leaves: readonly TimedLeaf[];
  /** Cohort → the version that was swept. */
  readonly versions: ReadonlyMap<number, number>;
}

/** A cohort that is in the version it was in is as far as is known here; any other, as far as its flip has written. */
export function carryOver(before: Swept, marks: readonly SweepMark[]): SweepState {
  const stored = new Map<number, Instant>();
  const marked = new Map<number, Instant>();
  const same = new Set<number>();
  for (const { cohortId, version, sweptTo } of marks) {
    const instant = stored.get(sweptTo.getTime()) ?? instantOf(sweptTo);
    stored.set(sweptTo.getTime(), instant);
    marked.set(cohortId, instant);
    if (before.versions.get(cohortId) === version) {
      same.add(cohortId);
    }
  }
  const known = new Map(before.leaves.map((leaf) => [leaf.key, { leaf, cohorts: new Set(leaf.cohorts) }]));
  return {
    sweptTo(key, cohortId) {
      const one = known.get(key);
      return one?.cohorts.has(cohortId) === true && same.has(cohortId) ? one.leaf.sweptTo : marked.get(cohortId);
    },
    sleepsUntil(key, sweptTo) {
      const leaf = known.get(key)?.leaf;
      return leaf?.sweptTo === sweptTo ? leaf.sleepsUntil : undefined;
    },
  };
}
