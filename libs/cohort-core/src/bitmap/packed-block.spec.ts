import fc from 'fast-check';

import { BitmapScope, serializeBitmap } from '#cohort-core';

import { PackedBlock } from './packed-block.js';

const BLOCK = 7 * 65_536;
const place = fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(0, 1, 4_095, 4_096, 65_534, 65_535));
const run = fc
  .tuple(place, fc.integer({ min: 1, max: 9_000 }))
  .map(([begin, length]) => Array.from({ length: Math.min(length, 65_536 - begin) }, (_, index) => begin + index));
const every = fc
  .tuple(fc.integer({ min: 2, max: 40 }), fc.nat(65_535))
  .map(([step, begin]) =>
    Array.from({ length: Math.ceil((65_536 - begin) / step) }, (_, index) => begin + index * step),
  );
/** Lists, runs, bits, and what is mixed of them. */
const members = fc
  .array(fc.oneof(fc.array(place, { maxLength: 300 }), run, every), { maxLength: 3 })
  .map((parts) => parts.flat());

describe('a packed block', () => {
  it('has the members of the bitmap that was stored, one by one and many together', () => {
    fc.assert(
      fc.property(members, fc.uniqueArray(place, { maxLength: 200 }), (inside, others) => {
        using scope = new BitmapScope();
        const bitmap = scope.of(inside.map((one) => BLOCK + one));
        const packed = PackedBlock.of(serializeBitmap(bitmap));
        const near = inside
          .slice(0, 50)
          .flatMap((one) => [one - 1, one, one + 1].filter((at) => at >= 0 && at <= 65_535));
        const asked = [...new Set([...others, ...near])].map((one) => BLOCK + one).sort((a, b) => a - b);
        const right = asked.filter((ordinal) => bitmap.has(ordinal));
        expect(asked.flatMap((ordinal) => packed.pick([ordinal]))).toEqual(right);
        expect(packed.pick(asked)).toEqual(right);
        expect(packed.isEmpty).toBe(bitmap.isEmpty);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['listed', Array.from({ length: 4_096 }, (_, index) => index * 2)],
    ['in bits', Array.from({ length: 4_097 }, (_, index) => index * 2)],
    ['a run to the end', Array.from({ length: 9_000 }, (_, index) => 65_535 - index)],
    ['everybody', Array.from({ length: 65_536 }, (_, index) => index)],
    ['nobody', []],
  ])('has its members when they are %s', (_, inside) => {
    using scope = new BitmapScope();
    const packed = PackedBlock.of(serializeBitmap(scope.of(inside)));
    const everybody = Array.from({ length: 65_536 }, (_unused, index) => index);
    const right = [...inside].sort((a, b) => a - b);
    expect(packed.pick(everybody)).toEqual(right);
    expect(everybody.flatMap((one) => packed.pick([one]))).toEqual(right);
  });

  it('has who is in the one or the other, when some are flipped', () => {
    fc.assert(
      fc.property(members, members, fc.uniqueArray(place, { maxLength: 200 }), (inside, flipped, others) => {
        using scope = new BitmapScope();
        const [bitmap, changed] = [inside, flipped].map((places) => scope.of(places.map((one) => BLOCK + one))) as [
          ReturnType<BitmapScope['of']>,
          ReturnType<BitmapScope['of']>,
        ];
        const packed = PackedBlock.of(serializeBitmap(bitmap), serializeBitmap(changed));
        bitmap.xorInPlace(changed);
        const asked = [...new Set([...others, ...inside.slice(0, 50), ...flipped.slice(0, 50)])]
          .map((one) => BLOCK + one)
          .sort((a, b) => a - b);
        const right = asked.filter((ordinal) => bitmap.has(ordinal));
        expect(asked.flatMap((ordinal) => packed.pick([ordinal]))).toEqual(right);
        expect(packed.pick(asked)).toEqual(right);
      }),
      { numRuns: 300 },
    );
  });

  it('is a copy: what the buffer holds later is not asked', () => {
    using scope = new BitmapScope();
    const bytes = Buffer.from(serializeBitmap(scope.of(Array.from({ length: 5_000 }, (_, index) => index * 3))));
    const packed = PackedBlock.of(bytes);
    bytes.fill(0);
    expect(packed.pick([0, 1, 2, 3])).toEqual([0, 3]);
  });

  it('is not made of two blocks, of half a bitmap, or of anything else', () => {
    using scope = new BitmapScope();
    const listed = serializeBitmap(scope.of([1, 2_000]));
    const run = serializeBitmap(scope.of(Array.from({ length: 100 }, (_, index) => index)));
    const twoBlocks = [
      serializeBitmap(scope.of([1, 65_536])),
      serializeBitmap(scope.of(Array.from({ length: 200 }, (_, index) => 65_436 + index))),
    ];
    const cutOff = [listed, run].flatMap((bytes) =>
      Array.from({ length: bytes.length }, (_, length) => bytes.subarray(0, length)),
    );
    for (const bytes of [...twoBlocks, ...cutOff, Buffer.from('{"members":[]}')]) {
      expect(() => PackedBlock.of(bytes)).toThrow(RangeError);
    }
  });
});
