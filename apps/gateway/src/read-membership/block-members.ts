import { PackedBlock } from '#cohort-core';
import type { StoredMembers } from '#persistence';

/** A chunk as stored; an emptied one is told too. */
export interface ChunkRow extends StoredMembers {
  readonly cohortId: number;
}

interface CohortInBlock {
  readonly cohortId: number;
  readonly members: PackedBlock;
  readonly bytes: number;
}

/** What members cost beside their content: the objects around them and their place in the list. */
const BYTES_AROUND_MEMBERS = 300;

/** Who of one block of persons is in which cohorts, as of an epoch. */
export class BlockMembers {
  private readonly byCohort = new Map<number, CohortInBlock>();
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
    for (const { cohortId, bitmap, flipped } of chunks) {
      const members = PackedBlock.of(bitmap, flipped);
      this.replace(cohortId, members, members.bytes + BYTES_AROUND_MEMBERS);
    }
    this.sorted = [...this.byCohort.values()].sort((a, b) => a.cohortId - b.cohortId);
    this.epoch = epoch;
  }

  /** @param ordinals of this block @param found gets the ids of their cohorts, ascending */
  collect(ordinals: readonly number[], found: ReadonlyMap<number, number[]>): void {
    const [only, ...others] = ordinals;
    if (only !== undefined && others.length === 0) {
      this.collectOne(only, found.get(only) ?? []);
    } else {
      this.collectMany(
        [...ordinals].sort((a, b) => a - b),
        found,
      );
    }
  }

  private replace(cohortId: number, members: PackedBlock, bytes: number): void {
    this.size -= this.byCohort.get(cohortId)?.bytes ?? 0;
    if (members.isEmpty) {
      this.byCohort.delete(cohortId);
    } else {
      this.byCohort.set(cohortId, { cohortId, members, bytes });
      this.size += bytes;
    }
  }

  private collectOne(ordinal: number, cohortIds: number[]): void {
    for (const { cohortId, members } of this.sorted) {
      if (members.has(ordinal)) {
        cohortIds.push(cohortId);
      }
    }
  }

  private collectMany(ordinals: readonly number[], found: ReadonlyMap<number, number[]>): void {
    for (const { cohortId, members } of this.sorted) {
      for (const ordinal of members.pick(ordinals)) {
        found.get(ordinal)?.push(cohortId);
      }
    }
  }
}
