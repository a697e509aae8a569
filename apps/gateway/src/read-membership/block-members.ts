import { PackedBlock } from '#cohort-core';
import type { StoredMembers } from '#persistence';

import { BitRows } from './bit-rows.js';

/** A chunk as stored; an emptied one is told too. */
export interface ChunkRow extends StoredMembers {
  readonly cohortId: number;
}

interface InRow {
  readonly cohortId: number;
  readonly row: number;
}

interface Packed {
  readonly cohortId: number;
  readonly members: PackedBlock;
}

/** What members cost beside their content: the objects around them and their place in the lists. */
const BYTES_AROUND_MEMBERS = 308;

/** Who of one block of persons is in which cohorts, as of an epoch. */
export class BlockMembers {
  private readonly byCohort = new Map<number, InRow | Packed>();
  private readonly rows = new BitRows();
  /** Cohorts of many members by id, and their rows: in arrays of numbers, because a thousand objects are in no processor's cache when the next request comes. */
  private rowIds = new Int32Array(0);
  private rowNumbers = new Int32Array(0);
  /** Those of few members, or of few runs, by id. */
  private packed: readonly Packed[] = [];
  private bytesOfPacked = 0;

  /** Counts the commits that are in here; -1 before the first. */
  epoch = -1;

  get bytes(): number {
    return this.rows.bytes + this.bytesOfPacked + this.byCohort.size * BYTES_AROUND_MEMBERS;
  }

  /** @param chunks of every cohort that a commit after the present epoch changed */
  advance(epoch: number, chunks: readonly ChunkRow[]): void {
    // All are unpacked first: one that cannot be leaves everything as it was.
    const changed = chunks.map(({ cohortId, bitmap, flipped }) => ({
      cohortId,
      members: PackedBlock.of(bitmap, flipped),
    }));
    for (const one of changed) {
      this.remove(one.cohortId);
      this.add(one);
    }
    this.list();
    this.epoch = epoch;
  }

  /** @param ordinals of this block @param found gets the ids of their cohorts, ascending */
  collect(ordinals: readonly number[], found: ReadonlyMap<number, number[]>): void {
    const inOrder = [...ordinals].sort(ascending);
    for (const ordinal of inOrder) {
      this.collectFromRows(ordinal, found.get(ordinal) ?? []);
    }
    for (const { cohortId, members } of this.packed) {
      for (const ordinal of members.pick(inOrder)) {
        found.get(ordinal)?.push(cohortId);
      }
    }
    if (this.rowIds.length > 0 && this.packed.length > 0) {
      for (const ordinal of inOrder) {
        found.get(ordinal)?.sort(ascending);
      }
    }
  }

  private collectFromRows(ordinal: number, cohortIds: number[]): void {
    for (let index = 0; index < this.rowIds.length; index += 1) {
      if (this.rows.has(this.rowNumbers[index] as number, ordinal)) {
        cohortIds.push(this.rowIds[index] as number);
      }
    }
  }

  private remove(cohortId: number): void {
    const known = this.byCohort.get(cohortId);
    this.byCohort.delete(cohortId);
    if (known !== undefined && 'row' in known) {
      this.rows.remove(known.row);
    } else {
      this.bytesOfPacked -= known?.members.bytes ?? 0;
    }
  }

  private add({ cohortId, members }: Packed): void {
    if (members.isEmpty) {
      return;
    }
    const { bits } = members;
    if (bits === undefined) {
      this.byCohort.set(cohortId, { cohortId, members });
      this.bytesOfPacked += members.bytes;
    } else {
      this.byCohort.set(cohortId, { cohortId, row: this.rows.add(bits) });
    }
  }

  private list(): void {
    const all = [...this.byCohort.values()].sort((a, b) => ascending(a.cohortId, b.cohortId));
    const inRows = all.filter((one) => 'row' in one);
    this.packed = all.filter((one) => 'members' in one);
    this.rowIds = Int32Array.from(inRows, ({ cohortId }) => cohortId);
    this.rowNumbers = Int32Array.from(inRows, ({ row }) => row);
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
