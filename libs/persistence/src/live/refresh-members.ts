import { BitmapScope, blocksOf } from '#cohort-core';

import type { Transaction } from '../database.js';
import { type MembersDifference, UnknownChunks, writeAllChanges } from '../membership/chunks.js';
import type { FactReader } from '../snapshot.js';
import { together } from '../together.js';
import type { ChunkCache } from './chunk-cache.js';
import { evaluateLevels } from './evaluate-levels.js';
import { HeldBlocks } from './held-blocks.js';
import type { LiveCohort } from './live-cohort.js';
import { LiveFailure, stopKeepingLive } from './live-failure.js';
import type { LiveIndex } from './live-index.js';
import { lockBlocks, lockVersions } from './locked-members.js';
import type { ProjectIndex, Touched } from './project-index.js';
import {
  findNearLimit,
  freezeCohorts,
  LimitExceeded,
  type NearLimit,
  NearLimitUnderShare,
  noteNearLimit,
  refuseBeyondLimit,
  type SizeLimit,
} from './size-limit.js';

/** Why live cohorts of a project are looked at, and whom that is about. */
export interface LiveOccasion {
  readonly projectId: number;
  /** For cohort.membership.changed. */
  readonly reason: string;
  /** Which cohorts may change; whoever refers to them is looked at by itself. Asked under the lock of the live set. */
  cohortsOf(index: ProjectIndex): Iterable<number>;
  /** Of those, whose answer may have changed. Asked when the cohorts are locked; the caller disposes of the bitmaps. */
  personsOf(transaction: Transaction): Touched | Promise<Touched>;
  /** What belongs into the same commit. */
  settle?(transaction: Transaction): Promise<void>;
}

export interface LiveParts extends FactReader {
  readonly index: LiveIndex;
  /** Members that this process knows. */
  readonly chunks: ChunkCache;
  readonly limit: SizeLimit;
  /** Told of cohorts that are not kept live any more before their next calculation. */
  readonly onFailure?: (failure: LiveFailure) => void;
  /** Called under all locks, before the commit. */
  readonly beforeCommit?: () => void;
}

export interface LiveReport extends MembersDifference {
  /** How many cohorts were evaluated. */
  readonly cohorts: number;
}

const NOTHING: LiveReport = { cohorts: 0, enteredCount: 0, leftCount: 0 };

/**
 * Brings live cohorts up to this moment for the persons touched: all of them in one transaction, under the locks of every writer of
 * membership, with facts read in one snapshot taken under those. Idempotent; a person who is gone by now is in nothing.
 */
export async function refreshMembers(parts: LiveParts, occasion: LiveOccasion): Promise<LiveReport> {
  for (;;) {
    using held = new HeldBlocks(parts.chunks);
    try {
      const report = await parts.database.transaction(async (transaction) => {
        const refreshed = await refreshInTransaction({ ...parts, held }, transaction, occasion);
        parts.beforeCommit?.();
        return refreshed;
      });
      held.settle();
      return report;
    } catch (error) {
      await recover(parts, occasion.projectId, error);
    }
  }
}

/** @throws the error, when trying again would not help */
async function recover(parts: LiveParts, projectId: number, error: unknown): Promise<void> {
  if (error instanceof LiveFailure) {
    await stopKeepingLive(parts.database, projectId, error);
    parts.onFailure?.(error);
  } else if (error instanceof LimitExceeded) {
    await freezeCohorts(parts.database, projectId, error, parts.limit);
  } else if (!(error instanceof NearLimitUnderShare)) {
    if (error instanceof UnknownChunks) {
      parts.chunks[Symbol.dispose]();
    }
    throw error;
  }
}

interface RefreshParts extends LiveParts {
  readonly held: HeldBlocks;
}

/** @throws what `recover` recovers from, after a rollback */
async function refreshInTransaction(
  parts: RefreshParts,
  transaction: Transaction,
  occasion: LiveOccasion,
): Promise<LiveReport> {
  const { projectId } = occasion;
  const index = await parts.index.open(transaction, projectId);
  if (index.unreadable.size > 0) {
    const unreadable = [...index.unreadable.keys()].map((id) => ({ id }));
    throw new LiveFailure(index.unreadable, await lockVersions(transaction, projectId, unreadable, new Set()));
  }
  const locked = index.withReferrers(occasion.cohortsOf(index));
  if (locked.length === 0) {
    await occasion.settle?.(transaction);
    return NOTHING;
  }
  const { versions, near } = await lockCohorts(parts, transaction, projectId, locked);
  const touched = await occasion.personsOf(transaction);
  const report = await refreshLocked(parts, transaction, { occasion, index, versions, near, touched });
  await occasion.settle?.(transaction);
  return report;
}

interface LockedCohorts {
  readonly versions: ReadonlyMap<number, number>;
  /** Those that no other writer can change meanwhile, because they are near their size limit. */
  readonly near: ReadonlyMap<number, NearLimit>;
}

/** What is near its limit is read again under the locks: a flip may have filled a cohort just before. */
async function lockCohorts(
  { limit }: LiveParts,
  transaction: Transaction,
  projectId: number,
  cohorts: readonly LiveCohort[],
): Promise<LockedCohorts> {
  const alone = new Set((await findNearLimit(transaction, projectId, cohorts, limit)).keys());
  // lockVersions sends all its statements at once: what is near is read under all of the locks.
  const [versions, near] = await together(transaction, [
    () => lockVersions(transaction, projectId, cohorts, alone),
    () => findNearLimit(transaction, projectId, cohorts, limit),
  ]);
  if ([...near.keys()].some((id) => !alone.has(id))) {
    throw new NearLimitUnderShare();
  }
  return { versions, near };
}

interface Locked extends LockedCohorts {
  readonly occasion: LiveOccasion;
  readonly index: ProjectIndex;
  readonly touched: Touched;
}

async function refreshLocked(
  { held, ...parts }: RefreshParts,
  transaction: Transaction,
  { occasion, index, versions, near, touched }: Locked,
): Promise<LiveReport> {
  using scope = new BitmapScope();
  const { projectId, reason } = occasion;
  const asked = [...touched].filter(([, persons]) => !persons.isEmpty).map(([id]) => id);
  const cohorts = index.withReferrers(asked).filter(({ id }) => versions.has(id));
  const blocks = blocksOf(scope.union(touched.values()));
  if (cohorts.length === 0 || blocks.length === 0) {
    return NOTHING;
  }
  const locked = await lockBlocks(transaction, projectId, blocks);
  await held.read(transaction, locked, { cohortIds: cohorts.map(({ id }) => id), live: index.cohorts });
  const { at, moves, evaluated } = await evaluateLevels(
    parts,
    { projectId, cohorts, versions, touched, stored: held },
    scope,
  );
  const sizes = moves.map(({ cohort, entered, left }) => ({
    cohortId: cohort.id,
    entered: entered.size,
    left: left.size,
  }));
  refuseBeyondLimit(sizes, near, parts.limit);
  const changes = moves.map(({ cohort, changed }) => ({
    cohortId: cohort.id,
    version: versionOf(cohort, versions),
    changed,
  }));
  const written = await writeAllChanges(transaction, { projectId, reason, at }, changes);
  held.write(changes, scope);
  await noteNearLimit(transaction, projectId, { changes: sizes, near, limit: parts.limit });
  return { ...written, cohorts: evaluated };
}

function versionOf({ id }: LiveCohort, versions: ReadonlyMap<number, number>): number {
  const version = versions.get(id);
  if (version === undefined) {
    throw new Error(`cohort ${id} was evaluated without its lock`);
  }
  return version;
}
