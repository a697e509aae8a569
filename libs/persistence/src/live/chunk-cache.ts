import type { Bitmap } from '#cohort-core';

import type { KnownMembers } from '../membership/chunks.js';

/** A cohort's members in one block of persons, as stored; one without a row has none, at revision 0. */
export interface KnownChunk extends KnownMembers {
  readonly revision: bigint;
}

/** What a bitmap costs beside its content. */
const BYTES_AROUND_A_BITMAP = 300;
/** A Roaring container: an array of two bytes a person, or 2^16 bits. */
const LARGEST_CONTAINER = 8_192;

/** Chunks of one block as of an epoch; lives in WebAssembly memory: whoever has it disposes of it. */
export class BlockChunks implements Disposable {
  private readonly chunks = new Map<number, KnownChunk>();
  private size = 0;

  constructor(public epoch: number) {}

  get bytes(): number {
    return this.size;
  }

  get cohortIds(): number[] {
    return [...this.chunks.keys()];
  }

  get(cohortId: number): KnownChunk | undefined {
    return this.chunks.get(cohortId);
  }

  /** Takes the bitmap over. */
  set(cohortId: number, chunk: KnownChunk): void {
    this.forget(cohortId);
    this.chunks.set(cohortId, chunk);
    this.size += bytesOf(chunk);
  }

  /** Chunks of other cohorts go. */
  retain(cohorts: { has(cohortId: number): boolean }): void {
    for (const id of this.cohortIds.filter((one) => !cohorts.has(one))) {
      this.forget(id);
    }
  }

  [Symbol.dispose](): void {
    this.retain(new Set());
  }

  private forget(cohortId: number): void {
    const chunk = this.chunks.get(cohortId);
    if (chunk !== undefined) {
      this.chunks.delete(cohortId);
      this.size -= bytesOf(chunk);
      chunk.members.dispose();
      chunk.flipped.dispose();
    }
  }
}

function bytesOf({ members, flipped }: KnownChunk): number {
  return bytesOfBitmap(members) + bytesOfBitmap(flipped);
}

function bytesOfBitmap(bitmap: Bitmap): number {
  return Math.min(LARGEST_CONTAINER, 2 * bitmap.size) + BYTES_AROUND_A_BITMAP;
}

/**
 * Chunks that live writers of this process read or wrote last. Whoever holds the locks of a block takes it out, compares its epoch,
 * and gives it back; so nobody looks at what somebody else disposes of. At most so many bytes are kept, of those given back last.
 */
export class ChunkCache implements Disposable {
  private readonly blocks = new Map<string, BlockChunks>();
  private server = '';

  /** @param flipFrom members from which on a chunk that is written keeps its stored bitmap, when few are flipped */
  constructor(
    private readonly maxBytes: number,
    readonly flipFrom: number,
  ) {}

  /**
   * @param server which PostgreSQL the epoch was read from, and since when it runs: after a fail-over epochs may count other commits
   * @returns undefined when the block is not in memory, or was known of a later epoch than its present one
   */
  take(
    projectId: number,
    block: number,
    now: { readonly server: string; readonly epoch: number },
  ): BlockChunks | undefined {
    if (this.server !== now.server) {
      this[Symbol.dispose]();
      this.server = now.server;
    }
    const key = keyOf(projectId, block);
    const known = this.blocks.get(key);
    this.blocks.delete(key);
    if (known !== undefined && known.epoch > now.epoch) {
      known[Symbol.dispose]();
      return undefined;
    }
    return known;
  }

  /** @param server where they were read */
  giveBack(projectId: number, block: number, chunks: BlockChunks, server: string): void {
    const key = keyOf(projectId, block);
    const other = this.blocks.get(key);
    if (server !== this.server || (other !== undefined && other.epoch > chunks.epoch)) {
      chunks[Symbol.dispose]();
      return;
    }
    other?.[Symbol.dispose]();
    this.blocks.delete(key);
    this.blocks.set(key, chunks);
    this.makeRoom();
  }

  [Symbol.dispose](): void {
    this.blocks.forEach((block) => {
      block[Symbol.dispose]();
    });
    this.blocks.clear();
  }

  /** Added up anew: there are few blocks. */
  private makeRoom(): void {
    let bytes = [...this.blocks.values()].reduce((sum, block) => sum + block.bytes, 0);
    for (const [key, oldest] of this.blocks) {
      if (bytes <= this.maxBytes) {
        return;
      }
      bytes -= oldest.bytes;
      oldest[Symbol.dispose]();
      this.blocks.delete(key);
    }
  }
}

function keyOf(projectId: number, block: number): string {
  return `${projectId}:${block}`;
}
