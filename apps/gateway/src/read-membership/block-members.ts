import { PackedBlock } from '#cohort-core';
import type { StoredMembers } from '#persistence';

import { BitRows } from './bit-rows.js';

/** A chunk as stored; an emptied one is told too. */
export interface ChunkRow extends StoredMembers {
  readonly cohortId: number;
}

interface CohortInBlock {
  readonly cohortId: number;
  /** Where many members are; `NO_ROW` when they are few, or in few runs. */
  readonly row: number;
  /** Undefined when they are in a row. */
  readonly members: PackedBlock | undefined;
  /** Without the row. */
  readonly bytes: number;
}

/** What members cost beside their content: the objects around them and their place in the list. */
const BYTES_AROUND_MEMBERS = 308;
const NO_ROW = -1;

/** Who of one block of persons is in which cohorts, as of an epoch. */
export class BlockMembers {
  private readonly byCohort = new Map<number, CohortInBlock>();
  /** By cohort id, ascending. */
  private sorted: readonly CohortInBlock[] = [];
  /** Of `sorted`, each side by side: a thousand objects are not in the processor's cache when the next request comes. */
  private ids = new Int32Array(0);
  private rowOf = new Int32Array(0);
  private readonly rows = new BitRows();
  private bytesBesideRows = 0;

  /** Counts the commits that are in here; -1 before the first. */
  epoch = -1;

  get bytes(): number {
    return this.rows.bytes + this.bytesBesideRows;
  }

  /** @param chunks of every cohort that a commit after the present epoch changed */
  advance(epoch: number, chunks: readonly ChunkRow[]): void {
    for (const { cohortId, bitmap, flipped } of chunks) {
      this.remove(cohortId);
      this.add(cohortId, PackedBlock.of(bitmap, flipped));
    }
    this.sorted = [...this.byCohort.values()].sort((a, b) => a.cohortId - b.cohortId);
    this.ids = Int32Array.from(this.sorted, ({ cohortId }) => cohortId);
    this.rowOf = Int32Array.from(this.sorted, ({ row }) => row);
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

  private remove(cohortId: number): void {
    const known = this.byCohort.get(cohortId);
    if (known !== undefined) {
      this.byCohort.delete(cohortId);
      this.bytesBesideRows -= known.bytes;
      if (known.row !== NO_ROW) {
        this.rows.remove(known.row);
      }
    }
  }

  private add(cohortId: number, members: PackedBlock): void {
    if (members.isEmpty) {
      return;
    }
    const { bits } = members;
    const place =
      bits === undefined
        ? { row: NO_ROW, members, bytes: members.bytes + BYTES_AROUND_MEMBERS }
        : { row: this.rows.add(bits), members: undefined, bytes: BYTES_AROUND_MEMBERS };
    this.byCohort.set(cohortId, { cohortId, ...place });
    this.bytesBesideRows += place.bytes;
  }

  private collectOne(ordinal: number, cohortIds: number[]): void {
    for (let index = 0; index < this.ids.length; index += 1) {
      const row = this.rowOf[index] as number;
      if (row === NO_ROW ? this.sorted[index]?.members?.has(ordinal) : this.rows.has(row, ordinal)) {
        cohortIds.push(this.ids[index] as number);
      }
    }
  }

  private collectMany(ordinals: readonly number[], found: ReadonlyMap<number, number[]>): void {
    for (const { cohortId, row, members } of this.sorted) {
      for (const ordinal of members?.pick(ordinals) ?? ordinals.filter((one) => this.rows.has(row, one))) {
        found.get(ordinal)?.push(cohortId);
      }
    }
  }
}
