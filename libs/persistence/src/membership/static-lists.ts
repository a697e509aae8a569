import type { Bitmap } from '#cohort-core';

import type { Transaction } from '../database.js';
import { membersOf, type StoredMembers } from './stored-members.js';

interface KeptChunk {
  /** Of the block, when the chunk was written last: no two contents of a chunk have the same. */
  readonly epoch: string;
  readonly members: Bitmap;
  readonly bytes: number;
}

interface ChunkRow {
  readonly id: number;
  readonly chunk: number;
  readonly epoch: string;
}

const CHUNKS = `
  SELECT c.id, k.chunk, k.epoch FROM cohort c JOIN cohort_chunk k ON k.project_id = c.project_id AND k.cohort_id = c.id
  WHERE c.project_id = $1 AND c.is_static AND NOT c.deleted AND k.chunk = ANY($2::int[]) AND k.cardinality > 0`;

const BITMAPS = `
  SELECT k.cohort_id AS id, k.chunk, k.epoch, k.bitmap, k.flipped FROM unnest($2::int[], $3::int[]) AS asked (cohort_id, chunk)
  JOIN cohort_chunk k ON k.project_id = $1 AND k.cohort_id = asked.cohort_id AND k.chunk = asked.chunk`;

/** So many chunks a statement: 8 KB each at most. */
const PAGE = 500;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Members of static cohorts as a process has read them, so that a merge asks PostgreSQL for those chunks only that have changed:
 * there may be thousands of lists, and every identified visitor is a merge.
 */
export class StaticLists {
  private readonly kept = new Map<string, KeptChunk>();
  private bytes = 0;

  /** @returns the static cohorts that hold one of `persons`, as committed at this moment, perhaps others too */
  async holding(
    transaction: Transaction,
    projectId: number,
    { persons, blocks }: { readonly persons: Bitmap; readonly blocks: readonly number[] },
  ): Promise<number[]> {
    if (this.bytes > MAX_BYTES) {
      this.clear();
    }
    const { rows } = await transaction.query<ChunkRow>(CHUNKS, [projectId, blocks]);
    const holding = new Set<number>();
    for (let start = 0; start < rows.length; start += PAGE) {
      const page = rows.slice(start, start + PAGE);
      await this.read(
        transaction,
        projectId,
        page.filter((row) => this.kept.get(keyOf(projectId, row))?.epoch !== row.epoch),
      );
      for (const row of page) {
        const kept = this.kept.get(keyOf(projectId, row));
        // What another batch of this process has let go of, or read at another moment, may hold them: one cohort too many is only locked.
        if (kept?.epoch !== row.epoch || kept.members.intersects(persons)) {
          holding.add(row.id);
        }
      }
    }
    return [...holding];
  }

  /** Forgets all. */
  clear(): void {
    this.kept.forEach(({ members }) => {
      members.dispose();
    });
    this.kept.clear();
    this.bytes = 0;
  }

  private async read(transaction: Transaction, projectId: number, moved: readonly ChunkRow[]): Promise<void> {
    if (moved.length === 0) {
      return;
    }
    const columns = [moved.map(({ id }) => id), moved.map(({ chunk }) => chunk)];
    const { rows } = await transaction.query<ChunkRow & StoredMembers>(BITMAPS, [projectId, ...columns]);
    for (const row of rows) {
      this.keep(keyOf(projectId, row), { epoch: row.epoch, members: membersOf(row), bytes: row.bitmap.length });
    }
  }

  private keep(key: string, chunk: KeptChunk): void {
    const old = this.kept.get(key);
    old?.members.dispose();
    this.kept.set(key, chunk);
    this.bytes += chunk.bytes - (old?.bytes ?? 0);
  }
}

function keyOf(projectId: number, { id, chunk }: ChunkRow): string {
  return `${projectId}:${id}:${chunk}`;
}
