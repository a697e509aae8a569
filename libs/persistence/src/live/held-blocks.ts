import { type Bitmap, bitmapOf, type BitmapScope } from '#cohort-core';

import type { Transaction } from '../database.js';
import type { CohortChanges } from '../membership/chunks.js';
import { flippedOf, membersOf, type StoredMembers } from '../membership/stored-members.js';
import { BlockChunks, type ChunkCache, type KnownChunk } from './chunk-cache.js';
import type { LockedBlocks } from './locked-members.js';

interface ChunkRow extends StoredMembers {
  readonly cohort_id: number;
  readonly chunk: number;
  readonly revision: string;
}

const COLUMNS = 'stored.cohort_id, stored.chunk, stored.revision, stored.bitmap, stored.flipped';

/** What other writers changed of the chunks that are in memory. */
const CHANGED = `
  SELECT ${COLUMNS} FROM unnest($2::int[], $3::float8[]) AS known (block, epoch)
  JOIN cohort_chunk AS stored ON stored.project_id = $1 AND stored.chunk = known.block
    AND stored.epoch > known.epoch AND stored.cohort_id = ANY($4::int[])`;

const MISSING = `
  SELECT ${COLUMNS} FROM unnest($2::int[], $3::int[]) AS missing (cohort_id, block)
  JOIN cohort_chunk AS stored
    ON stored.project_id = $1 AND stored.cohort_id = missing.cohort_id AND stored.chunk = missing.block`;

interface Wanted {
  readonly cohortIds: readonly number[];
  /** A block that is in use never makes room: what it holds of cohorts that are live no more would stay in memory. */
  readonly live: { has(cohortId: number): boolean };
}

interface Held {
  readonly projectId: number;
  readonly server: string;
  readonly blocks: ReadonlyMap<number, BlockChunks>;
}

/**
 * The members of cohorts in the blocks that a transaction has locked: from memory where this process knows them of the block's present
 * epoch, else as stored. At the end they go back into memory, with what the transaction wrote if it was committed.
 */
export class HeldBlocks implements Disposable {
  private held: Held | undefined;
  private written: readonly CohortChanges[] = [];

  constructor(private readonly cache: ChunkCache) {}

  get flipFrom(): number {
    return this.cache.flipFrom;
  }

  get numbers(): number[] {
    return [...(this.held?.blocks.keys() ?? [])];
  }

  /** Under the locks of the blocks, once a transaction. */
  async read(
    transaction: Transaction,
    { projectId, server, epochs }: LockedBlocks,
    { cohortIds, live }: Wanted,
  ): Promise<void> {
    const blocks = new Map(
      [...epochs].map(([block, epoch]) => {
        return [block, this.cache.take(projectId, block, { server, epoch }) ?? new BlockChunks(epoch)];
      }),
    );
    this.held = { projectId, server, blocks };
    blocks.forEach((chunks) => {
      chunks.retain(live);
    });
    await readChanged(transaction, this.held, epochs);
    await readMissing(transaction, this.held, cohortIds);
  }

  /** @returns undefined when it was not asked for */
  chunk(cohortId: number, block: number): KnownChunk | undefined {
    return this.held?.blocks.get(block)?.get(cohortId);
  }

  /** Takes the bitmaps `after` and `flipped` out of the scope: they are what is stored, once the transaction is committed. */
  write(cohorts: readonly CohortChanges[], scope: BitmapScope): void {
    this.written = cohorts;
    for (const bitmap of this.writtenBitmaps()) {
      scope.release(bitmap);
    }
  }

  /** The transaction is committed. */
  settle(): void {
    const changed = new Set<BlockChunks>();
    for (const { cohortId, changed: chunks } of this.written) {
      for (const { chunk, revision, after, flipped } of chunks) {
        const block = this.held?.blocks.get(chunk);
        if (block === undefined) {
          after.dispose();
          flipped?.dispose();
        } else {
          block.set(cohortId, { members: after, flipped: flipped ?? bitmapOf(), revision: BigInt(revision) });
          changed.add(block);
        }
      }
    }
    // One commit moves the epoch of each block that it changes by one; its row was locked all the time.
    changed.forEach((block) => {
      block.epoch += 1;
    });
    this.written = [];
  }

  [Symbol.dispose](): void {
    for (const bitmap of this.writtenBitmaps()) {
      bitmap.dispose();
    }
    this.written = [];
    if (this.held !== undefined) {
      const { projectId, server, blocks } = this.held;
      blocks.forEach((chunks, block) => {
        this.cache.giveBack(projectId, block, chunks, server);
      });
      this.held = undefined;
    }
  }

  private writtenBitmaps(): Bitmap[] {
    return this.written.flatMap(({ changed }) =>
      changed.flatMap(({ after, flipped }) => (flipped === undefined ? [after] : [after, flipped])),
    );
  }
}

async function readChanged(
  transaction: Transaction,
  { projectId, blocks }: Held,
  epochs: ReadonlyMap<number, number>,
): Promise<void> {
  const behind = [...blocks].filter(([block, { epoch }]) => epoch !== epochs.get(block));
  if (behind.length === 0) {
    return;
  }
  const { rows } = await transaction.query<ChunkRow>(CHANGED, [
    projectId,
    behind.map(([block]) => block),
    behind.map(([, { epoch }]) => epoch),
    [...new Set(behind.flatMap(([, { cohortIds }]) => cohortIds))],
  ]);
  for (const row of rows) {
    blocks.get(row.chunk)?.set(row.cohort_id, chunkOf(row));
  }
  for (const [block, chunks] of behind) {
    chunks.epoch = epochs.get(block) ?? 0;
  }
}

async function readMissing(
  transaction: Transaction,
  { projectId, blocks }: Held,
  cohortIds: readonly number[],
): Promise<void> {
  const missing = [...blocks].flatMap(([block, chunks]) =>
    cohortIds.filter((id) => chunks.get(id) === undefined).map((cohortId) => ({ cohortId, block })),
  );
  if (missing.length === 0) {
    return;
  }
  const { rows } = await transaction.query<ChunkRow>(MISSING, [
    projectId,
    missing.map(({ cohortId }) => cohortId),
    missing.map(({ block }) => block),
  ]);
  for (const row of rows) {
    blocks.get(row.chunk)?.set(row.cohort_id, chunkOf(row));
  }
  for (const { cohortId, block } of missing) {
    const chunks = blocks.get(block);
    if (chunks?.get(cohortId) === undefined) {
      chunks?.set(cohortId, { members: bitmapOf(), flipped: bitmapOf(), revision: 0n });
    }
  }
}

function chunkOf(row: ChunkRow): KnownChunk {
  return { members: membersOf(row), flipped: flippedOf(row), revision: BigInt(row.revision) };
}
