import type { Bitmap, Leaf } from '#cohort-core';

import type { Transaction } from '../database.js';
import { together } from '../together.js';

/** Asks `together`; when one fails, the bitmaps of the others are disposed of. The caller disposes of what is returned. */
export async function bitmapsOfEach(
  client: Transaction,
  asks: readonly (() => Promise<readonly Bitmap[]>)[],
): Promise<(readonly Bitmap[])[]> {
  const made: Bitmap[] = [];
  const keeping = asks.map((ask) => async () => {
    const bitmaps = await ask();
    made.push(...bitmaps);
    return bitmaps;
  });
  try {
    return await together(client, keeping);
  } catch (error) {
    made.forEach((bitmap) => {
      bitmap.dispose();
    });
    throw error;
  }
}

/** Some leaves, and what gives one bitmap for each, in order. */
export interface LeavesQuestion {
  readonly leaves: readonly Leaf[];
  readonly ask: () => Promise<readonly Bitmap[]>;
}

/** As {@link bitmapsOfEach}. @returns the bitmap of each leaf that was asked about */
export async function bitmapsByLeaf(
  client: Transaction,
  questions: readonly LeavesQuestion[],
): Promise<(leaf: Leaf) => Bitmap> {
  const asked = questions.flatMap(({ leaves }) => leaves);
  const answers = await bitmapsOfEach(
    client,
    questions.map(({ ask }) => ask),
  );
  const byLeaf = new Map(answers.flat().map((answer, index) => [asked[index], answer]));
  return (leaf) => {
    const answer = byLeaf.get(leaf);
    if (answer === undefined) {
      throw new Error(`the source of the leaf at ${leaf.path} gave no answer`);
    }
    return answer;
  };
}
