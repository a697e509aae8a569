import { type Bitmap, BitmapScope, blocksOf, difference, serializeBitmap, splitByBlock } from '#cohort-core';

import type { Transaction } from '../database.js';

export interface MembersReplacement {
  readonly projectId: number;
  readonly cohortId: number;
  readonly version: number;
  readonly members: Bitmap;
  /** Why, for cohort.membership.changed. */
  readonly reason: string;
  readonly at: Date;
}

export interface MembersDifference {
  readonly enteredCount: number;
  readonly leftCount: number;
}

interface StoredChunk {
  chunk: number;
  revision: string;
  bitmap: Buffer;
}

interface ChangedChunk {
  readonly chunk: number;
  readonly revision: string;
  readonly after: Bitmap;
  readonly entered: Bitmap;
  readonly left: Bitmap;
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
  const stored = await lockChunks(transaction, replacement);
  const changed = changedChunks(stored, replacement.members, scope);
  await writeChunks(transaction, replacement, changed);
  await writeDeltas(transaction, replacement, changed);
  return {
    enteredCount: sum(changed.map(({ entered }) => entered.size)),
    leftCount: sum(changed.map(({ left }) => left.size)),
  };
}

async function lockChunks(
  transaction: Transaction,
  { projectId, cohortId }: MembersReplacement,
): Promise<Map<number, StoredChunk>> {
  const result = await transaction.query<StoredChunk>(
    'SELECT chunk, revision, bitmap FROM cohort_chunk WHERE project_id = $1 AND cohort_id = $2 ORDER BY chunk FOR UPDATE',
    [projectId, cohortId],
  );
  return new Map(result.rows.map((row) => [row.chunk, row]));
}

function changedChunks(stored: ReadonlyMap<number, StoredChunk>, members: Bitmap, scope: BitmapScope): ChangedChunk[] {
  const blocks = splitByBlock(members);
  const numbers = [...new Set([...stored.keys(), ...blocksOf(members)])].sort((a, b) => a - b);
  return numbers.flatMap((chunk) => {
    const old = stored.get(chunk);
    const after = scope.track(blocks.get(chunk) ?? scope.of());
    const before = old === undefined ? scope.of() : scope.deserialize(old.bitmap);
    const { entered, left, isEmpty } = difference(before, after, scope);
    return isEmpty ? [] : [{ chunk, revision: String(BigInt(old?.revision ?? 0) + 1n), after, entered, left }];
  });
}

async function writeChunks(
  transaction: Transaction,
  to: MembersReplacement,
  changed: readonly ChangedChunk[],
): Promise<void> {
  await transaction.query(
    `INSERT INTO cohort_chunk (project_id, cohort_id, chunk, cardinality, revision, bitmap)
     SELECT $1, $2, * FROM unnest($3::int[], $4::int[], $5::bigint[], $6::bytea[])
     ON CONFLICT (project_id, cohort_id, chunk)
     DO UPDATE SET cardinality = excluded.cardinality, revision = excluded.revision, bitmap = excluded.bitmap`,
    [
      to.projectId,
      to.cohortId,
      changed.map(({ chunk }) => chunk),
      changed.map(({ after }) => after.size),
      changed.map(({ revision }) => revision),
      changed.map(({ after }) => serializeBitmap(after)),
    ],
  );
}

async function writeDeltas(
  transaction: Transaction,
  to: MembersReplacement,
  changed: readonly ChangedChunk[],
): Promise<void> {
  await transaction.query(
    `INSERT INTO membership_delta (project_id, cohort_id, version, reason, at, chunk, revision, entered, left_)
     SELECT $1, $2, $3, $4, $5, * FROM unnest($6::int[], $7::bigint[], $8::bytea[], $9::bytea[])`,
    [
      to.projectId,
      to.cohortId,
      to.version,
      to.reason,
      to.at,
      changed.map(({ chunk }) => chunk),
      changed.map(({ revision }) => revision),
      changed.map(({ entered }) => serializeBitmap(entered)),
      changed.map(({ left }) => serializeBitmap(left)),
    ],
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
