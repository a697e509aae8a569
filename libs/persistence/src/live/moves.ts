import { type Bitmap, type BitmapScope, splitByBlock } from '#cohort-core';

import { type ChangedChunk, flippedAfter } from '../membership/chunks.js';
import type { HeldBlocks } from './held-blocks.js';
import type { LiveCohort } from './live-cohort.js';

/** Who enters and who leaves a cohort. */
export interface Move {
  readonly cohort: LiveCohort;
  readonly entered: Bitmap;
  readonly left: Bitmap;
  readonly changed: readonly ChangedChunk[];
}

export interface Answer {
  readonly cohort: LiveCohort;
  /** Who was asked about. */
  readonly within: Bitmap;
  /** Who matches; of others than those it may say anything. */
  readonly matching: Bitmap;
}

/** Compares answers with what is stored. Chunks in which nobody moves are only looked at. The scope owns what it gives. */
export class MoveFinder {
  /** Cohorts that heard the same news are asked about the very same set. */
  private readonly parts = new Map<Bitmap, ReadonlyMap<number, Bitmap>>();

  constructor(
    private readonly stored: HeldBlocks,
    private readonly scope: BitmapScope,
  ) {}

  /** @returns undefined when nobody moves */
  moveOf({ cohort, within, matching }: Answer): Move | undefined {
    const { scope } = this;
    const changed = [...this.partsOf(within)].flatMap(
      ([block, asked]) => this.changeOf(cohort.id, block, { asked, matching }) ?? [],
    );
    if (changed.length === 0) {
      return undefined;
    }
    const [entered, left] = [scope.of(), scope.of()];
    for (const one of changed) {
      entered.orInPlace(one.entered);
      left.orInPlace(one.left);
    }
    return { cohort, entered, left, changed };
  }

  /** The members after the move, in all blocks that are held. */
  membersAfter({ cohort, changed }: Move): Bitmap {
    const after = new Map(changed.map((one) => [one.chunk, one.after]));
    const members = this.scope.of();
    for (const block of this.stored.numbers) {
      const chunk = after.get(block) ?? this.stored.chunk(cohort.id, block)?.members;
      if (chunk !== undefined) {
        members.orInPlace(chunk);
      }
    }
    return members;
  }

  private changeOf(
    cohortId: number,
    block: number,
    { asked, matching }: { readonly asked: Bitmap; readonly matching: Bitmap },
  ): ChangedChunk | undefined {
    const { scope } = this;
    const known = this.stored.chunk(cohortId, block);
    if (known === undefined) {
      throw new Error(`cohort ${cohortId} was evaluated in block ${block} without its lock`);
    }
    const entered = scope.copy(asked);
    entered.andInPlace(matching);
    const left = scope.copy(asked);
    left.andNotInPlace(matching);
    entered.andNotInPlace(known.members);
    left.andInPlace(known.members);
    if (entered.isEmpty && left.isEmpty) {
      scope.release(entered).dispose();
      scope.release(left).dispose();
      return undefined;
    }
    const after = scope.copy(known.members);
    after.orInPlace(entered);
    after.andNotInPlace(left);
    const change = { chunk: block, revision: String(known.revision + 1n), after, entered, left };
    const isWorth = known.revision > 0n && after.size >= this.stored.flipFrom;
    const flipped = isWorth ? flippedAfter(known, change, scope) : undefined;
    return flipped === undefined ? change : { ...change, flipped };
  }

  private partsOf(within: Bitmap): ReadonlyMap<number, Bitmap> {
    let parts = this.parts.get(within);
    if (parts === undefined) {
      parts = splitByBlock(within);
      parts.forEach((part) => this.scope.track(part));
      this.parts.set(within, parts);
    }
    return parts;
  }
}
