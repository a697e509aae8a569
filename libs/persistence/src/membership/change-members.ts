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

export interface MembersChange extends Omit<MembershipChange, 'version'> {
  readonly add?: Bitmap;
  /** Who is in both is out afterwards. */
  readonly remove?: Bitmap;
}

export interface ChangedMembers extends MembersDifference {
  readonly version: number;
  readonly count: number;
}

/** A number that no version asked for has: a run that is still under way for an older one gives up at its flip. */
const NEXT_VERSION = `SELECT greatest(version, pending_version, 0) + 1 AS version FROM cohort WHERE project_id = $1 AND id = $2`;

const STORE_VERSION = `
  UPDATE cohort SET version = $3, pending_version = $3, last_calculation = $4, errors_calculating = 0,
    count = (SELECT coalesce(sum(cardinality), 0)::int FROM cohort_chunk WHERE project_id = $1 AND cohort_id = $2)
  WHERE project_id = $1 AND id = $2 RETURNING version, count`;

const READ_STATE = 'SELECT coalesce(version, 0) AS version, count FROM cohort WHERE project_id = $1 AND id = $2';

/**
 * Adds persons to, and takes persons from, a static cohort: a new version, its count, and what changed for the announcer, all in
 * the caller's transaction. Only the chunks of the named persons are read. Changes nothing, the version included, when nobody
 * enters or leaves. The caller holds the live-set row and the cohort row (`lockCohort`), so that none loses another's change.
 */
export async function changeMembers(transaction: Transaction, change: MembersChange): Promise<ChangedMembers> {
  using scope = new BitmapScope();
  const { projectId, cohortId, at } = change;
  const add = change.add ?? scope.of();
  const remove = change.remove ?? scope.of();
  const blocks = [...new Set([...blocksOf(add), ...blocksOf(remove)])].sort((a, b) => a - b);
  const stored = await lockChunks(transaction, change, blocks);
  const changed = changedChunks(blocks, { stored, add, remove }, scope);
  if (changed.length === 0) {
    return { enteredCount: 0, leftCount: 0, ...(await readState(transaction, READ_STATE, [projectId, cohortId])) };
  }
  const { version } = await readState(transaction, NEXT_VERSION, [projectId, cohortId]);
  const difference = await writeChanges(transaction, { ...change, version }, changed);
  return { ...difference, ...(await readState(transaction, STORE_VERSION, [projectId, cohortId, version, at])) };
}

interface Edit {
  readonly stored: ReadonlyMap<number, StoredChunk>;
  readonly add: Bitmap;
  readonly remove: Bitmap;
}

function changedChunks(
  blocks: readonly number[],
  { stored, add, remove }: Edit,
  scope: BitmapScope,
): readonly ChangedChunk[] {
  const added = splitByBlock(add);
  added.forEach((bitmap) => scope.track(bitmap));
  return blocks.flatMap((chunk) => {
    const after = (before: Bitmap) => {
      const members = scope.copy(before);
      members.orInPlace(added.get(chunk) ?? scope.of());
      members.andNotInPlace(remove);
      return members;
    };
    return changeOf(chunk, stored.get(chunk), after, scope) ?? [];
  });
}

async function readState(
  transaction: Transaction,
  sql: string,
  values: unknown[],
): Promise<{ version: number; count: number }> {
  const { rows } = await transaction.query<{ version: number; count: number }>(sql, values);
  if (rows[0] === undefined) {
    throw new Error('the members of a cohort that is not there were to be changed');
  }
  return { ...rows[0] };
}
