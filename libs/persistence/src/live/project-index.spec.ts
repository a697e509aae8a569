import fc from 'fast-check';

import { type Bitmap, bitmapOf, BitmapScope } from '#cohort-core';

import { type LiveCohort, readLiveCohort } from './live-cohort.js';
import { withinOfLeaves } from './narrow-leaves.js';
import { levelsOf, ProjectIndex } from './project-index.js';

const property = (key: string) => ({ type: 'person', key, operator: 'exact', value: 'x' });
const cohort = (value: number) => ({ type: 'cohort', key: 'id', value });
const live = (id: number, ...values: object[]) => readLiveCohort(id, { properties: { type: 'AND', values } });
const indexOf = (...cohorts: LiveCohort[]) => new ProjectIndex('1', new Map(cohorts.map((one) => [one.id, one])));
const idsOf = (cohorts: readonly LiveCohort[]) => cohorts.map(({ id }) => id);

describe('the index of live cohorts', () => {
  const index = indexOf(
    live(1, property('a')),
    live(2, property('b')),
    live(3, cohort(1)),
    live(4, cohort(3)),
    live(5, property('a'), property('b')),
  );

  it('tells each cohort of the persons whose news it wants to hear', () => {
    using scope = new BitmapScope();
    const touched = index.touchedBy(
      [
        { ordinal: 7, isUpheaval: false, facts: ['property:a', 'event:a'] },
        { ordinal: 8, isUpheaval: false, facts: ['property:b', 'property:c'] },
      ],
      scope,
    );
    expect([...touched].map(([id, persons]) => [id, persons.toArray()]).sort()).toEqual([
      [1, [7]],
      [2, [8]],
      [5, [7, 8]],
    ]);
  });

  it('tells every cohort of an upheaval', () => {
    using scope = new BitmapScope();
    const news = [
      { ordinal: 7, isUpheaval: true, facts: [] },
      { ordinal: 8, isUpheaval: false, facts: ['property:a'] as const },
    ];
    const touched = index.touchedBy(news, scope);
    expect([...touched].map(([id, persons]) => [id, persons.toArray()]).sort()).toEqual([
      [1, [7, 8]],
      [2, [7]],
      [3, [7]],
      [4, [7]],
      [5, [7, 8]],
    ]);
  });

  it('finds who refers to a cohort, along chains, and orders them', () => {
    expect(idsOf(index.withReferrers([1, 99]))).toEqual([1, 3, 4]);
    expect(levelsOf(index.withReferrers([4, 2, 1])).map(idsOf)).toEqual([[1, 2], [3], [4]]);
  });

  it('orders a chain of ten thousand, in whatever order they are given, beside a short cut through it', () => {
    const LENGTH = 10_000;
    const chain = Array.from({ length: LENGTH }, (_, at) => live(at + 1, at === 0 ? property('a') : cohort(at)));
    const shortCut = live(LENGTH + 1, cohort(LENGTH), cohort(1));
    for (const given of [[shortCut, ...chain], [shortCut, ...chain].reverse()]) {
      const levels = levelsOf(given);
      expect(levels.map(idsOf)).toEqual([...chain, shortCut].map(({ id }) => [id]));
    }
    expect(indexOf(...chain, shortCut).withReferrers([1])).toHaveLength(LENGTH + 1);
  });

  it('cuts a circle of definitions somewhere', () => {
    const circle = indexOf(live(1, cohort(2)), live(2, cohort(1)), live(3, cohort(2)));
    const levels = levelsOf(circle.withReferrers([1])).map(idsOf);
    expect(levels.flat().sort()).toEqual([1, 2, 3]);
    expect(levels.findIndex((level) => level.includes(3))).toBeGreaterThan(
      levels.findIndex((level) => level.includes(2)),
    );
  });
});

describe('withinOfLeaves', () => {
  it('asks a leaf about the persons of every tree that it stands in, and about no others', () => {
    const keys = fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 });
    const persons = fc.uniqueArray(fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(
        fc.array(fc.record({ keys, group: fc.nat(2) }), { minLength: 1 }),
        fc.tuple(persons, persons, persons),
        (trees, groups) => {
          using scope = new BitmapScope();
          const bitmaps: Bitmap[] = groups.map((group) => scope.track(bitmapOf(group)));
          const asked = trees.map((one, id) => ({
            ...one,
            tree: live(id, ...one.keys.map(property)).tree,
            within: bitmaps[one.group] ?? scope.of(),
          }));
          const withinOf = withinOfLeaves(asked, scope);
          for (const key of ['a', 'b', 'c', 'd']) {
            const own = trees.filter((one) => one.keys.includes(key)).flatMap((one) => groups[one.group] ?? []);
            const [leaf] = [live(0, property(key)).tree].flatMap((tree) =>
              tree.kind === 'group' ? tree.children : [tree],
            );
            if (leaf !== undefined && leaf.kind !== 'group') {
              expect(withinOf(leaf).toArray()).toEqual([...new Set(own)].sort((a, b) => a - b));
            }
          }
        },
      ),
    );
  });
});
