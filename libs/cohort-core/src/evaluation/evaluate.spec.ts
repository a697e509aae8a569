import fc from 'fast-check';

import { bitmapOf } from '../bitmap/bitmap.js';
import type { FilterNode, Leaf, PersonLeaf } from '../definition/filter-node.js';
import { instantOf } from '../windows/zoned-time.js';
import { evaluate } from './evaluate.js';
import type { LeafSource } from './leaf-source.js';

/** Leaf `p<n>` matches the persons whose ordinal has bit n, and one dead person. */
const DEAD = 99;
const PERSONS = Array.from({ length: 64 }, (_, ordinal) => ordinal);

class BitSource implements LeafSource {
  readonly asked: string[] = [];

  answers(leaf: Leaf): leaf is PersonLeaf {
    return leaf.kind === 'person';
  }

  matching(leaves: readonly Leaf[]) {
    const own = leaves.filter((leaf) => this.answers(leaf));
    this.asked.push(...own.map((leaf) => leaf.key));
    return Promise.resolve(
      own.map((leaf) => bitmapOf([DEAD, ...PERSONS.filter((ordinal) => hasBit(ordinal, leaf.key))])),
    );
  }
}

function hasBit(ordinal: number, key: string): boolean {
  return (ordinal & (1 << Number(key.slice(1)))) !== 0;
}

function holds(node: FilterNode, ordinal: number): boolean {
  if (node.kind === 'group') {
    return node.type === 'AND'
      ? node.children.every((child) => holds(child, ordinal))
      : node.children.some((child) => holds(child, ordinal));
  }
  return hasBit(ordinal, (node as PersonLeaf).key) !== node.negation;
}

const leaf: fc.Arbitrary<FilterNode> = fc.record({
  kind: fc.constant('person' as const),
  path: fc.constant('somewhere'),
  negation: fc.boolean(),
  key: fc.integer({ min: 0, max: 5 }).map((bit) => `p${bit}`),
  operator: fc.constant('is_set' as const),
  values: fc.constant([]),
});
const { tree } = fc.letrec<{ tree: FilterNode }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({
      kind: fc.constant('group' as const),
      path: fc.constant('somewhere'),
      type: fc.constantFrom('AND' as const, 'OR' as const),
      children: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
    }),
  ),
}));
const persons = fc.uniqueArray(fc.constantFrom(...PERSONS));

async function members(trees: FilterNode[], everyone: number[], within: number[] | null, source = new BitSource()) {
  const results = await evaluate(trees, {
    at: instantOf('2024-01-01T00:00:00Z'),
    timezone: 'UTC',
    everyone: bitmapOf(everyone),
    within: within === null ? null : bitmapOf(within),
    sources: [source],
  });
  return results.map((result) => result.toArray());
}

/** Children before their parents. */
function nodesOf(node: FilterNode): FilterNode[] {
  return node.kind === 'group' ? [...node.children.flatMap(nodesOf), node] : [node];
}

describe('evaluate', () => {
  it('is set algebra inside everyone, whatever the tree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 3 }), persons, async (trees, everyone) => {
        const expected = trees.map((one) =>
          [...everyone].sort((a, b) => a - b).filter((ordinal) => holds(one, ordinal)),
        );
        expect(await members(trees, everyone, null)).toEqual(expected);
      }),
    );
  });

  it('within some persons is the same answer, cut to them', async () => {
    await fc.assert(
      fc.asyncProperty(tree, persons, persons, async (one, everyone, within) => {
        const [whole = []] = await members([one], everyone, null);
        const [part] = await members([one], everyone, within);
        expect(part).toEqual(whole.filter((ordinal) => within.includes(ordinal)));
      }),
    );
  });

  it('computes equal leaves once, also of different trees and of either sign', async () => {
    const source = new BitSource();
    const one = { kind: 'person', path: 'a', negation: false, key: 'p1', operator: 'is_set', values: [] } as const;
    await members([one, { ...one, path: 'b', negation: true }], PERSONS, null, source);
    expect(source.asked).toEqual(['p1']);
  });

  it('tells an observer who matches each node, in a universe of the persons asked about', async () => {
    await fc.assert(
      fc.asyncProperty(tree, persons, persons, async (one, everyone, within) => {
        const told: [FilterNode, number[]][] = [];
        await evaluate([one], {
          at: instantOf('2024-01-01T00:00:00Z'),
          timezone: 'UTC',
          everyone: bitmapOf(everyone),
          within: bitmapOf(within),
          sources: [new BitSource()],
          observe: (node, matched) => told.push([node, matched.toArray()]),
        });
        const universe = everyone.filter((ordinal) => within.includes(ordinal)).sort((a, b) => a - b);
        const expected = nodesOf(one).map((node) => [node, universe.filter((ordinal) => holds(node, ordinal))]);
        expect(told).toEqual(expected);
      }),
    );
  });

  it('fails loudly when no source answers a leaf', async () => {
    const stranger = {
      kind: 'performed_event',
      path: 'there',
      negation: false,
      matcher: { type: 'events', key: 'x', filters: [] },
      window: { from: { type: 'absolute', text: '2024-01-01' }, to: null, rounding: 'day' },
    } as const;
    await expect(members([stranger], PERSONS, null)).rejects.toThrow('no source answers the leaf at there');
  });
});
