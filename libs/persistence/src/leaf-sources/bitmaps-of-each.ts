import type { Bitmap } from '#cohort-core';

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
