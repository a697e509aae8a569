import { type Bitmap, BitmapScope, blocksOf, splitByBlock } from '#cohort-core';

import type { Transaction } from '../database.js';
import {
  type ChangedChunk,
  changeOf,
  lockChunks,
  type MembersDifference,
  type MembershipChange,
  type StoredChunk,
  writeChanges,
} from './chunks.js';

export interface MembersReplacement extends MembershipChange {
  readonly members: Bitmap;
  /** Takes up who entered and who left. */
  readonly moved?: Bitmap;
}

/**
 * Makes `members` the members of the cohort, whatever they were at this moment, and stores what changed for the announcer.
 * The caller holds the project's live-set row and the cohort row (design: locks of every writer of membership).
 * Only chunks that differ are written.
 */
export async function replaceMembers(
  transaction: Transaction,
  replacement: MembersReplacement,
): Promise<MembersDifference> {
  using scope = new BitmapScope();
  const stored = await lockChunks(transaction, replacement, null);
  const changed = changedChunks(stored, replacement.members, scope);
  for (const { entered, left } of changed) {
    replacement.moved?.orInPlace(entered);
    replacement.moved?.orInPlace(left);
  }
  return await writeChanges(transaction, replacement, changed);
}

function changedChunks(stored: ReadonlyMap<number, StoredChunk>, members: Bitmap, scope: BitmapScope): ChangedChunk[] {
  const blocks = splitByBlock(members);
  const numbers = [...new Set([...stored.keys(), ...blocksOf(members)])].sort((a, b) => a - b);
  return numbers.flatMap((chunk) => {
    const after = scope.track(blocks.get(chunk) ?? scope.of());
    return changeOf(chunk, stored.get(chunk), () => after, scope) ?? [];
  });
}
