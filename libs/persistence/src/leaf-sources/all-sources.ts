import type { Bitmap, Leaf, LeafSource, Moment } from '#cohort-core';

import type { Transaction } from '../database.js';
import { bitmapsOfEach } from './bitmaps-of-each.js';

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

interface Question {
  readonly source: LeafSource;
  readonly leaves: readonly Leaf[];
  readonly moment: Moment;
}

/** Sources of one connection as one, so that all their statements can be on their way at once. */
export function allSources(client: Transaction, sources: readonly LeafSource[], asking: Asking): LeafSource {
  return {
    answers: (leaf) => sources.some((source) => source.answers(leaf)),
    async matching(leaves, moment) {
      const questions = sources.flatMap((source) => questionsOf(source, leaves, moment, asking.withinOf));
      const answers = await bitmapsOfEach(
        client,
        questions.map((question) => async () => {
          const matched = await question.source.matching(question.leaves, question.moment);
          asking.onLeaves?.(matched.length);
          return matched;
        }),
      );
      const asked = questions.flatMap((question) => question.leaves);
      const matched = new Map(answers.flat().map((answer, index) => [asked[index], answer]));
      return leaves.map((leaf) => answerOf(leaf, matched));
    },
  };
}

function questionsOf(
  source: LeafSource,
  leaves: readonly Leaf[],
  moment: Moment,
  withinOf: WithinOf | undefined,
): Question[] {
  const own = leaves.filter((leaf) => source.answers(leaf));
  if (own.length === 0 || withinOf === undefined) {
    return own.length === 0 ? [] : [{ source, leaves: own, moment }];
  }
  const groups = Map.groupBy(own, withinOf);
  return [...groups].map(([within, group]) => ({ source, leaves: group, moment: { ...moment, within } }));
}

function answerOf(leaf: Leaf, matched: ReadonlyMap<Leaf | undefined, Bitmap>): Bitmap {
  const answer = matched.get(leaf);
  if (answer === undefined) {
    throw new Error(`the source of the leaf at ${leaf.path} gave no answer`);
  }
  return answer;
}
