import { bitmapOf, serializeBitmap } from '#cohort-core';

import { batchesOf } from './batches.js';
import { type DeltaPart, partsOfDelta } from './delta-parts.js';
import type { DeltaRow } from './delta-row.js';
import { partId } from './part-id.js';

function bytesOf(ordinals: Iterable<number>): Buffer {
  const bitmap = bitmapOf(ordinals);
  try {
    return serializeBitmap(bitmap);
  } finally {
    bitmap.dispose();
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function delta(entered: Iterable<number>, left: Iterable<number> = []): DeltaRow {
  return {
    position: '9',
    key: '1:2',
    attempts: 0,
    project_id: 1,
    cohort_id: 2,
    version: 3,
    chunk: 0,
    revision: '4',
    reason: 'change',
    at: new Date(0),
    entered: bytesOf(entered),
    left_: bytesOf(left),
  };
}

describe('the parts of a delta', () => {
  it.each([
    [0, 0, [[0, 0]]],
    [1, 0, [[1, 0]]],
    [0, 1_000, [[0, 1_000]]],
    [
      1_000,
      1,
      [
        [1_000, 0],
        [0, 1],
      ],
    ],
    [
      1_500,
      700,
      [
        [1_000, 0],
        [500, 500],
        [0, 200],
      ],
    ],
  ])('%i who entered and %i who left become %j', (entered, left, sizes) => {
    const parts = partsOfDelta(delta(range(0, entered), range(10_000, 10_000 + left)));
    expect(parts.map((one) => [one.entered.length, one.left.length])).toEqual(sizes);
    expect(parts.map((one) => one.part)).toEqual(range(1, parts.length + 1));
    expect(new Set(parts.map((one) => one.parts))).toEqual(new Set([parts.length]));
    expect(parts.flatMap((one) => [...one.entered])).toEqual(range(0, entered));
    expect(parts.flatMap((one) => [...one.left])).toEqual(range(10_000, 10_000 + left));
  });

  it('a million persons cost four bytes each until they are named', () => {
    const parts = partsOfDelta(delta(range(0, 1_000_000)));
    expect(parts).toHaveLength(1_000);
    expect(new Set(parts.map((one) => one.entered.buffer)).size).toBe(1);
    expect(parts[0]?.entered.buffer.byteLength).toBe(4_000_000);
  });

  it('bytes that are no bitmap are an error, not an empty set', () => {
    expect(() => partsOfDelta({ ...delta([]), entered: Buffer.from('poison') })).toThrow();
  });

  it('have the same id every time, and no two the same', () => {
    const ids = () => partsOfDelta(delta(range(0, 3_000))).map(partId);
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(3);
    expect(ids()[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const other = { ...delta(range(0, 3_000)), position: '10' };
    expect(ids()).not.toContain(partId(partsOfDelta(other)[0]!));
  });
});

describe('sends', () => {
  it('take from the deltas only what fits: 12,000 persons, or 500 parts', () => {
    const sizes = (parts: DeltaPart[]) => [...batchesOf(parts)].map((batch) => batch.length);
    expect(sizes(partsOfDelta(delta(range(0, 30_000))))).toEqual([12, 12, 6]);
    expect(sizes(range(0, 1_100).flatMap(() => partsOfDelta(delta([1]))))).toEqual([500, 500, 100]);
    expect(sizes([])).toEqual([]);
  });
});
