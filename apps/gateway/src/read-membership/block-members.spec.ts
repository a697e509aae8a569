import fc from 'fast-check';

import { BitmapScope, serializeBitmap } from '#cohort-core';

import { BlockMembers } from './block-members.js';

const BLOCK = 3 * 65_536;
const cohortId = fc.integer({ min: 1, max: 12 });
const place = fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(0, 7, 8, 511, 512, 65_535));
/** Bits from 4,097 members on, a list below, one run, nobody. */
const members = fc.oneof(
  fc
    .tuple(fc.integer({ min: 2, max: 15 }), fc.nat(5_000))
    .map(([step, begin]) =>
      Array.from({ length: Math.ceil((65_536 - begin) / step) }, (_, index) => begin + index * step),
    ),
  fc.uniqueArray(place, { maxLength: 50 }),
  fc.nat(60_000).map((begin) => Array.from({ length: 5_000 }, (_, index) => begin + index)),
  fc.constant([]),
);
const chunk = fc.record({ cohortId, members, flipped: fc.option(fc.uniqueArray(place, { maxLength: 20 })) });
const step = fc.record({
  chunks: fc.uniqueArray(chunk, { selector: (one) => one.cohortId, maxLength: 6 }),
  asked: fc.uniqueArray(place, { minLength: 1, maxLength: 30 }),
});

function membersAfter(inside: readonly number[], flipped: readonly number[]): Set<number> {
  const [before, moved] = [new Set(inside), new Set(flipped)];
  return new Set([...inside.filter((one) => !moved.has(one)), ...flipped.filter((one) => !before.has(one))]);
}

describe('the members of a block', () => {
  it('are those of the chunks given last, however they are packed, for one person and for many', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (history) => {
        const block = new BlockMembers();
        const model = new Map<number, Set<number>>();
        for (const [epoch, { chunks, asked }] of history.entries()) {
          using scope = new BitmapScope();
          const bytesOf = (places: readonly number[]) => serializeBitmap(scope.of(places.map((one) => BLOCK + one)));
          block.advance(
            epoch,
            chunks.map((one) => ({
              cohortId: one.cohortId,
              bitmap: bytesOf(one.members),
              flipped: one.flipped === null ? Buffer.alloc(0) : bytesOf(one.flipped),
            })),
          );
          chunks.forEach((one) => model.set(one.cohortId, membersAfter(one.members, one.flipped ?? [])));
          const cohortsOf = (who: number) =>
            [...model].flatMap(([id, inside]) => (inside.has(who) ? [id] : [])).sort((a, b) => a - b);
          const right = asked.map((who) => [BLOCK + who, cohortsOf(who)] as const);
          const together = new Map(asked.map((who) => [BLOCK + who, [] as number[]]));
          block.collect([...together.keys()], together);
          expect([...together]).toEqual(right);
          for (const [who, expected] of right) {
            const alone = new Map([[who, [] as number[]]]);
            block.collect([who], alone);
            expect(alone.get(who)).toEqual(expected);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stay as they were when one of the chunks cannot be read', () => {
    using scope = new BitmapScope();
    const flipped = Buffer.alloc(0);
    const block = new BlockMembers();
    block.advance(0, [{ cohortId: 1, bitmap: serializeBitmap(scope.of([BLOCK])), flipped }]);
    const chunks = [
      { cohortId: 1, bitmap: serializeBitmap(scope.of()), flipped },
      { cohortId: 2, bitmap: Buffer.alloc(20), flipped },
    ];
    expect(() => {
      block.advance(1, chunks);
    }).toThrow(RangeError);
    block.advance(0, []);
    const found = new Map([[BLOCK, [] as number[]]]);
    block.collect([BLOCK], found);
    expect(found.get(BLOCK)).toEqual([1]);
  });

  it('take the place of those before them in memory', () => {
    using scope = new BitmapScope();
    const bitmap = serializeBitmap(scope.of(Array.from({ length: 10_000 }, (_, index) => index * 2)));
    const none = serializeBitmap(scope.of());
    const flipped = Buffer.alloc(0);
    const block = new BlockMembers();
    const cohorts = [1, 2, 3, 4, 5, 6, 7, 8];
    block.advance(
      0,
      cohorts.map((id) => ({ cohortId: id, bitmap, flipped })),
    );
    const before = block.bytes;
    for (let epoch = 1; epoch < 10; epoch += 1) {
      block.advance(
        epoch,
        cohorts.map((id) => ({ cohortId: id, bitmap: (id + epoch) % 2 === 0 ? bitmap : none, flipped })),
      );
    }
    expect(block.bytes).toBeLessThan(before);
    block.advance(
      10,
      cohorts.map((id) => ({ cohortId: id, bitmap, flipped })),
    );
    expect(block.bytes).toBe(before);
  });
});
