import type { Bitmap, Leaf, LeafSource, Moment } from '#cohort-core';

/** The persons of whom a leaf's answer is wanted. Leaves with the same bitmap are asked together. */
export type WithinOf = (leaf: Leaf) => Bitmap;

/**
 * Asks each leaf only about the persons it matters for: of a thousand persons touched, an event of its own name concerns a leaf of
 * perhaps fifty.
 */
export function narrowed(source: LeafSource, withinOf: WithinOf | undefined): LeafSource {
  if (withinOf === undefined) {
    return source;
  }
  return {
    answers: (leaf) => source.answers(leaf),
    async matching(leaves, moment) {
      const matched = new Map<Leaf, Bitmap>();
      for (const [within, own] of Map.groupBy(leaves, withinOf)) {
        const answers = await source.matching(own, { ...moment, within } satisfies Moment);
        own.forEach((leaf, index) => {
          const answer = answers[index];
          if (answer !== undefined) {
            matched.set(leaf, answer);
          }
        });
      }
      return leaves.flatMap((leaf) => matched.get(leaf) ?? []);
    },
  };
}
