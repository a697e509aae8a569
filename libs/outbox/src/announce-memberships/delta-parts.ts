import { deserializeBitmap } from '#cohort-core';
import { MAX_UUIDS_PER_MEMBERSHIP_MESSAGE } from '#contracts';

import type { DeltaRow } from './delta-row.js';

/** What one message of a delta tells, as ordinals. */
export interface DeltaPart {
  readonly row: DeltaRow;
  /** From 1. */
  readonly part: number;
  readonly parts: number;
  readonly entered: Uint32Array;
  readonly left: Uint32Array;
}

/**
 * Cuts a delta into parts of at most 1,000 persons: those who entered first, then those who left, ascending. The same delta gives the same parts
 * every time, so that ids made from them are stable. Costs 4 bytes a person; uuids come later, some parts at a time.
 * @throws when a bitmap cannot be read
 */
export function partsOfDelta(row: DeltaRow): DeltaPart[] {
  const entered = ordinalsOf(row.entered);
  const left = ordinalsOf(row.left_);
  const total = entered.length + left.length;
  const parts = Math.max(1, Math.ceil(total / MAX_UUIDS_PER_MEMBERSHIP_MESSAGE));
  return Array.from({ length: parts }, (_, index) => {
    const from = index * MAX_UUIDS_PER_MEMBERSHIP_MESSAGE;
    const to = from + MAX_UUIDS_PER_MEMBERSHIP_MESSAGE;
    return {
      row,
      part: index + 1,
      parts,
      entered: entered.subarray(from, to),
      left: left.subarray(Math.max(0, from - entered.length), Math.max(0, to - entered.length)),
    };
  });
}

function ordinalsOf(bytes: Buffer): Uint32Array {
  const bitmap = deserializeBitmap(bytes);
  try {
    return bitmap.toUint32Array();
  } finally {
    bitmap.dispose();
  }
}
