import { type Bitmap, type BitmapScope, difference, serializeBitmap } from '#cohort-core';

import type { Transaction } from '../database.js';
import { together } from '../together.js';
import { membersOf, serializeFlipped, type StoredMembers } from './stored-members.js';

/** Whose chunks are written, and what `cohort.membership.changed` tells of it. */
export interface MembershipChange {
  readonly projectId: number;
  readonly cohortId: number;
  readonly version: number;
  /** Why, for cohort.membership.changed. */
  readonly reason: string;
  readonly at: Date;
}

export interface MembersDifference {
  readonly enteredCount: number;
  readonly leftCount: number;
}

export interface StoredChunk extends StoredMembers {
  readonly chunk: number;
  readonly revision: string;
}

/** A chunk whose persons are others than before. */
export interface ChangedChunk {
  readonly chunk: number;
  readonly revision: string;
  readonly after: Bitmap;
  readonly entered: Bitmap;
  readonly left: Bitmap;
  /** In whom the members differ afterwards from the bitmap that is stored, which then stays. Without it the bitmap is written anew. */
  readonly flipped?: Bitmap;
}

/** After all chunk locks, blocks ascending, once a transaction and project: so no two writers wait for each other in a circle. */
const BUMP_EPOCHS = `
  INSERT INTO membership_epoch AS stored (project_id, block, epoch)
  SELECT $1, block, 1 FROM unnest($2::int[]) AS block ORDER BY block
  ON CONFLICT (project_id, block) DO UPDATE SET epoch = stored.epoch + 1 RETURNING block, epoch`;

/** Locks and reads the chunks of a cohort. @param only these blocks; null means all */
export async function lockChunks(
  transaction: Transaction,
  { projectId, cohortId }: Pick<MembershipChange, 'projectId' | 'cohortId'>,
  only: readonly number[] | null,
): Promise<Map<number, StoredChunk>> {
  const result = await transaction.query<StoredChunk>(
    `SELECT chunk, revision, bitmap, flipped FROM cohort_chunk
     WHERE project_id = $1 AND cohort_id = $2 AND ($3::int[] IS NULL OR chunk = ANY($3::int[])) ORDER BY chunk FOR UPDATE`,
    [projectId, cohortId, only],
  );
  return new Map(result.rows.map((row) => [row.chunk, row]));
}

/** What makes `after` of a stored chunk (of none at all, when it is not stored). @returns undefined when nothing changes */
export function changeOf(
  chunk: number,
  old: StoredChunk | undefined,
  after: (before: Bitmap) => Bitmap,
  scope: BitmapScope,
): ChangedChunk | undefined {
  const before = old === undefined ? scope.of() : scope.track(membersOf(old));
  const members = after(before);
  const { entered, left, isEmpty } = difference(before, members, scope);
  return isEmpty
    ? undefined
    : { chunk, revision: String(BigInt(old?.revision ?? 0) + 1n), after: members, entered, left };
}

/** Writes the chunks and, for the announcer, what changed in them. */
export async function writeChanges(
  transaction: Transaction,
  to: MembershipChange,
  changed: readonly ChangedChunk[],
): Promise<MembersDifference> {
  return writeAllChanges(transaction, to, [{ ...to, changed }]);
}

/** Members were to differ from a bitmap that is not the stored one: what this process knows of them is wrong. */
export class UnknownChunks extends Error {
  constructor() {
    super('chunks are not as this process knows them');
    this.name = 'UnknownChunks';
  }
}

/** What changed in one of several cohorts. */
export interface CohortChanges {
  readonly cohortId: number;
  readonly version: number;
  readonly changed: readonly ChangedChunk[];
}

interface ChangedRow extends ChangedChunk, Pick<CohortChanges, 'cohortId' | 'version'> {}

/** Writes what one transaction changed in several cohorts of a project; once a transaction, because it moves the blocks' epochs. */
export async function writeAllChanges(
  transaction: Transaction,
  to: Pick<MembershipChange, 'projectId' | 'reason' | 'at'>,
  cohorts: readonly CohortChanges[],
): Promise<MembersDifference> {
  const rows = cohorts.flatMap(({ cohortId, version, changed }) =>
    changed.map((one): ChangedRow => ({ ...one, cohortId, version })),
  );
  if (rows.length > 0) {
    await together(transaction, [() => writeChunks(transaction, to, rows), () => writeDeltas(transaction, to, rows)]);
  }
  return {
    enteredCount: sum(rows.map(({ entered }) => entered.size)),
    leftCount: sum(rows.map(({ left }) => left.size)),
  };
}

async function writeChunks(
  transaction: Transaction,
  to: Pick<MembershipChange, 'projectId'>,
  rows: readonly ChangedRow[],
): Promise<void> {
  const { rowCount } = await transaction.query(
    `WITH bumped AS (${BUMP_EPOCHS})
     INSERT INTO cohort_chunk AS stored (project_id, cohort_id, chunk, cardinality, revision, bitmap, flipped, epoch)
     SELECT $1, cohort_id, chunk, cardinality, revision, substring($9::bytea FROM first FOR length),
       substring($12::bytea FROM first_flipped FOR length_flipped), epoch
     FROM unnest($3::int[], $4::int[], $5::int[], $6::bigint[], $7::int[], $8::int[], $10::int[], $11::int[])
       AS changed (cohort_id, chunk, cardinality, revision, first, length, first_flipped, length_flipped)
     JOIN bumped ON bumped.block = changed.chunk
     WHERE length > 0 OR EXISTS (
       SELECT FROM cohort_chunk AS known WHERE known.project_id = $1 AND known.cohort_id = changed.cohort_id AND known.chunk = changed.chunk
         AND known.revision = changed.revision - 1)
     ON CONFLICT (project_id, cohort_id, chunk) DO UPDATE
     SET cardinality = excluded.cardinality, revision = excluded.revision, flipped = excluded.flipped, epoch = excluded.epoch,
       bitmap = CASE WHEN excluded.bitmap = '' THEN stored.bitmap ELSE excluded.bitmap END`,
    [
      to.projectId,
      [...new Set(rows.map(({ chunk }) => chunk))],
      rows.map(({ cohortId }) => cohortId),
      rows.map(({ chunk }) => chunk),
      rows.map(({ after }) => after.size),
      rows.map(({ revision }) => revision),
      ...packed(rows.map(({ after, flipped }) => (flipped === undefined ? serializeBitmap(after) : STAYS))),
      ...packed(rows.map(({ flipped }) => (flipped === undefined ? STAYS : serializeFlipped(flipped)))),
    ],
  );
  if (rowCount !== rows.length) {
    throw new UnknownChunks();
  }
}

/** No bitmap is empty bytes. */
const STAYS = Buffer.alloc(0);

/** More are not worth a row that has to be written again with each change: 2 bytes a person beside a bitmap of 8 KB at most. */
const MOST_FLIPPED = 256;

/** A chunk that is stored, and what is in memory of it. */
export interface KnownMembers {
  readonly members: Bitmap;
  /** In whom they differ from the stored bitmap. */
  readonly flipped: Bitmap;
}

/** @returns who is flipped after the change, tracked by the scope; undefined when the bitmap had better be written anew */
export function flippedAfter(
  known: KnownMembers,
  { entered, left }: Pick<ChangedChunk, 'entered' | 'left'>,
  scope: BitmapScope,
): Bitmap | undefined {
  const flipped = known.flipped.clone();
  flipped.xorInPlace(entered);
  flipped.xorInPlace(left);
  if (flipped.size > MOST_FLIPPED) {
    flipped.dispose();
    return undefined;
  }
  return scope.track(flipped);
}

/**
 * One value for many: pg sends a single buffer as it is, but an array of them as hexadecimal text, twice as long and to be parsed.
 * @returns where each begins (from 1), how long it is, and all of them
 */
function packed(buffers: readonly Buffer[]): [firsts: number[], lengths: number[], bytes: Buffer] {
  const lengths = buffers.map(({ length }) => length);
  let next = 1;
  const firsts = lengths.map((length) => {
    const first = next;
    next += length;
    return first;
  });
  return [firsts, lengths, Buffer.concat(buffers)];
}

async function writeDeltas(
  transaction: Transaction,
  to: Pick<MembershipChange, 'projectId' | 'reason' | 'at'>,
  rows: readonly ChangedRow[],
): Promise<void> {
  await transaction.query(
    `INSERT INTO membership_delta (project_id, reason, at, cohort_id, version, chunk, revision, entered, left_)
     SELECT $1, $2, $3, * FROM unnest($4::int[], $5::int[], $6::int[], $7::bigint[], $8::bytea[], $9::bytea[])`,
    [
      to.projectId,
      to.reason,
      to.at,
      rows.map(({ cohortId }) => cohortId),
      rows.map(({ version }) => version),
      rows.map(({ chunk }) => chunk),
      rows.map(({ revision }) => revision),
      rows.map(({ entered }) => serializeBitmap(entered)),
      rows.map(({ left }) => serializeBitmap(left)),
    ],
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
