import { type Bitmap, BitmapScope, deserializeBitmap } from '#cohort-core';

/** A chunk as stored; an emptied one is told too. */
export interface ChunkRow {
  readonly cohortId: number;
  readonly bitmap: Buffer;
}

interface CohortInBlock {
  readonly cohortId: number;
  readonly members: Bitmap;
  readonly bytes: number;
}

/** What a bitmap costs beside its content: the object, its WebAssembly header and its place in the list. */
const BYTES_AROUND_A_BITMAP = 300;
/** From so many persons on one intersection a cohort is cheaper than a question a person. */
const MANY = 8;

/** Who of one block of persons is in which cohorts, as of an epoch. Lives in WebAssembly memory: whoever makes one disposes of it. */
export class BlockMembers implements Disposable {
  private byCohort = new Map<number, CohortInBlock>();
  /** By cohort id, ascending. */
  private sorted: readonly CohortInBlock[] = [];
  private size = 0;

  /** Counts the commits that are in here; -1 before the first. */
  epoch = -1;

  get bytes(): number {
    return this.size;
  }

  /** @param chunks of every cohort that a commit after the present epoch changed */
  advance(epoch: number, chunks: readonly ChunkRow[]): void {
    for (const { cohortId, bitmap } of chunks) {
      this.replace(cohortId, deserializeBitmap(bitmap), bitmap.length + BYTES_AROUND_A_BITMAP);
    }
    this.sorted = [...this.byCohort.values()].sort((a, b) => a.cohortId - b.cohortId);
    this.epoch = epoch;
  }

  /** @param ordinals of this block @param found gets the ids of their cohorts, ascending */
  collect(ordinals: readonly number[], found: ReadonlyMap<number, number[]>): void {
    if (ordinals.length < MANY) {
      this.collectOneByOne(ordinals, found);
    } else {
      this.collectTogether(ordinals, found);
    }
  }

  [Symbol.dispose](): void {
    for (const { members } of this.byCohort.values()) {
      members.dispose();
    }
    this.byCohort = new Map();
    this.sorted = [];
    this.size = 0;
  }

  private replace(cohortId: number, members: Bitmap, bytes: number): void {
    const old = this.byCohort.get(cohortId);
    this.size -= old?.bytes ?? 0;
    old?.members.dispose();
    if (members.isEmpty) {
      members.dispose();
      this.byCohort.delete(cohortId);
    } else {
      this.byCohort.set(cohortId, { cohortId, members, bytes });
      this.size += bytes;
    }
  }

  private collectOneByOne(ordinals: readonly number[], found: ReadonlyMap<number, number[]>): void {
    for (const ordinal of ordinals) {
      const cohorts = found.get(ordinal);
      for (const { cohortId, members } of this.sorted) {
        if (members.has(ordinal)) {
          cohorts?.push(cohortId);
        }
      }
    }
  }

  private collectTogether(ordinals: readonly number[], found: ReadonlyMap<number, number[]>): void {
    using scope = new BitmapScope();
    const asked = scope.of(ordinals);
    for (const { cohortId, members } of this.sorted) {
      const hits = scope.copy(asked);
      hits.andInPlace(members);
      for (const ordinal of hits.toArray()) {
        found.get(ordinal)?.push(cohortId);
      }
      scope.release(hits).dispose();
    }
  }
}
