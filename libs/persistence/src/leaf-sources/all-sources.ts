import type { Bitmap, Leaf, LeafSource, Moment } from '#cohort-core';

import type { Transaction } from '../database.js';
import { bitmapsByLeaf, type LeavesQuestion } from './bitmaps-of-each.js';

/** The persons of whom a leaf's answer is wanted. Leaves with the same bitmap are asked together. */
export type WithinOf = (leaf: Leaf) => Bitmap;

export interface Asking {
  /**
   * Each leaf is asked only about the persons it matters for: of a thousand persons touched, an event of its own name concerns a leaf
   * of perhaps fifty.
   */
  readonly withinOf?: WithinOf | undefined;
  /** Told, as the sources answer, how many more leaves are done. */
  readonly onLeaves?: ((count: number) => void) | undefined;
}

/** Sources of one connection as one, so that all their statements can be on their way at once. */
export function allSources(client: Transaction, sources: readonly LeafSource[], asking: Asking): LeafSource {
  return {
    answers: (leaf) => sources.some((source) => source.answers(leaf)),
    async matching(leaves, moment) {
      const questions = sources.flatMap((source) =>
        questionsOf(
          source,
          leaves.filter((leaf) => source.answers(leaf)),
          moment,
          asking,
        ),
      );
      const answerOf = await bitmapsByLeaf(client, questions);
      return leaves.map(answerOf);
    },
  };
}

function questionsOf(
  source: LeafSource,
  own: readonly Leaf[],
  moment: Moment,
  { withinOf, onLeaves }: Asking,
): LeavesQuestion[] {
  const groups = Map.groupBy(own, withinOf ?? (() => moment.within));
  return [...groups].map(([within, leaves]) => ({
    leaves,
    ask: async () => {
      const answers = await source.matching(leaves, { ...moment, within });
      onLeaves?.(answers.length);
      return answers;
    },
  }));
}
