import { type Bitmap, type BitmapScope } from '#cohort-core';

import type { Transaction } from '../database.js';
import type { LiveCohort } from './live-cohort.js';

/** A cohort's members in the blocks that are locked, as stored. */
export interface StoredMembers {
  readonly members: Bitmap;
  /** Block → change number of its chunk. */
  readonly revisions: ReadonlyMap<number, string>;
}

/**
 * Holds the versions of cohorts until the transaction ends: a flip waits, other live writers do not.
 * @param cohorts in the order of their ids
 * @param alone of these other live writers wait too
 * @returns cohort → version
 */
export async function lockVersions(
  transaction: Transaction,
  projectId: number,
  cohorts: readonly LiveCohort[],
  alone: ReadonlySet<number>,
): Promise<Map<number, number>> {
  const versions = new Map<number, number>();
  for (const { ids, strength } of runsOf(cohorts, alone)) {
    const { rows } = await transaction.query<{ id: number; version: number }>(
      `SELECT id, version FROM cohort WHERE project_id = $1 AND id = ANY($2::int[]) ORDER BY id FOR ${strength}`,
      [projectId, ids],
    );
    rows.forEach(({ id, version }) => versions.set(id, version));
  }
  return versions;
}

interface LockRun {
  readonly ids: number[];
  readonly strength: 'SHARE' | 'UPDATE';
}

/** One statement takes one kind of lock, and the order of the ids must stay. */
function runsOf(cohorts: readonly LiveCohort[], alone: ReadonlySet<number>): LockRun[] {
  const runs: LockRun[] = [];
  for (const { id } of cohorts) {
    const strength = alone.has(id) ? 'UPDATE' : 'SHARE';
    const last = runs.at(-1);
    if (last?.strength === strength) {
      last.ids.push(id);
    } else {
      runs.push({ ids: [id], strength });
    }
  }
  return runs;
}

/**
 * Keeps other live writers out of these blocks of persons until the transaction ends. One row a block stands for the chunks of all
 * live cohorts in it (hundreds): flips, the only others who write those chunks, are kept out by the cohorts' own rows.
 */
export async function lockBlocks(
  transaction: Transaction,
  projectId: number,
  blocks: readonly number[],
): Promise<void> {
  const lock = () =>
    transaction.query(
      'SELECT block FROM membership_epoch WHERE project_id = $1 AND block = ANY($2::int[]) ORDER BY block FOR UPDATE',
      [projectId, blocks],
    );
  const { rowCount } = await lock();
  if (rowCount !== blocks.length) {
    await transaction.query(
      `INSERT INTO membership_epoch (project_id, block, epoch) SELECT $1, block, 0 FROM unnest($2::int[]) AS block ORDER BY block
       ON CONFLICT DO NOTHING`,
      [projectId, blocks],
    );
    await lock();
  }
}

/** @returns of every cohort its members in these blocks; the scope owns them */
export async function readStoredMembers(
  transaction: Transaction,
  where: { readonly projectId: number; readonly cohorts: readonly LiveCohort[]; readonly blocks: readonly number[] },
  scope: BitmapScope,
): Promise<Map<number, StoredMembers>> {
  const stored = new Map(
    where.cohorts.map(({ id }) => [id, { members: scope.of(), revisions: new Map<number, string>() }]),
  );
  const { rows } = await transaction.query<{ cohort_id: number; chunk: number; revision: string; bitmap: Buffer }>(
    `SELECT cohort_id, chunk, revision, bitmap FROM cohort_chunk
     WHERE project_id = $1 AND cohort_id = ANY($2::int[]) AND chunk = ANY($3::int[])`,
    [where.projectId, [...stored.keys()], where.blocks],
  );
  for (const { cohort_id, chunk, revision, bitmap } of rows) {
    const one = stored.get(cohort_id);
    const members = scope.deserialize(bitmap);
    one?.members.orInPlace(members);
    one?.revisions.set(chunk, revision);
    scope.release(members).dispose();
  }
  return stored;
}
