import fc from 'fast-check';

import { bitmapOf, instantOf, leavesOf, parseFilters } from '#cohort-core';
import { evaluateInProject, visitedByTime } from '#persistence';
import { useDatabase } from '#testing';

import { instantArbitrary, leafArbitraries, worldArbitrary } from './arbitraries/index.js';
import { type LoadedWorld, loadWorld } from './load-world.js';
import type { World } from './oracle/index.js';

const WORLDS = Number(process.env['EDGE_WORLDS'] ?? 10);
const STRETCHES = Number(process.env['EDGE_STRETCHES'] ?? 12);
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const KINDS = Object.keys(leafArbitraries(fc.sample(worldArbitrary, { numRuns: 1, seed: 1 })[0]!));
/**
 * Time alone never changes who has a distinct id or is in a cohort, and few conditions on persons hold a relative date; of all
 * others the stretches must really show changes.
 */
const mayStandStill = (kind: string) => ['cohort', 'distinct_id', 'person'].includes(kind);
/** A kind whose stretches happened to change nothing is given more of them. */
const MOST_ROUNDS = 20;

/** A stretch of time: two instants around the history, near to each other or far apart. */
function stretchArbitrary(world: Parameters<typeof instantArbitrary>[0]): fc.Arbitrary<[string, string]> {
  const near = fc
    .tuple(instantArbitrary(world), fc.integer({ min: 1, max: 40 * 3_600_000 }))
    .map(([at, ms]): [string, string] => [at, new Date(Date.parse(at) + ms).toISOString()]);
  const far = fc
    .tuple(instantArbitrary(world), instantArbitrary(world))
    .map((pair) => pair.toSorted() as [string, string]);
  return fc.oneof(near, far);
}

describe('between two instants a leaf only changes for persons whom the sweep visits', () => {
  const test = useDatabase();
  const worlds = fc.sample(worldArbitrary, { numRuns: WORLDS, seed: SEED });
  const loaded: { world: (typeof worlds)[number]; at: LoadedWorld }[] = [];

  beforeAll(async () => {
    for (const world of worlds) {
      loaded.push({ world, at: await loadWorld(test.database, world) });
    }
  });

  async function changedAndVisited(
    world: World,
    { projectId, translate }: LoadedWorld,
    leaf: object,
    [a, b]: [string, string],
  ) {
    const { tree } = parseFilters(translate({ properties: { type: 'AND', values: [leaf] } }));
    return test.database.transaction(async (transaction) => {
      const question = { projectId, timezone: world.timezone, within: null };
      const [before] = await evaluateInProject(transaction, [tree], { ...question, at: new Date(a) });
      const [after] = await evaluateInProject(transaction, [tree], { ...question, at: new Date(b) });
      const sweep = { projectId, timezone: world.timezone, after: instantOf(a), upTo: instantOf(b) };
      const visited = await visitedByTime(transaction, leavesOf(tree)[0]!, sweep);
      const changed = bitmapOf(before);
      changed.xorInPlace(after!);
      return { changed, visited };
    }, 'REPEATABLE READ');
  }

  /** @returns how many persons changed */
  async function passAll(kind: string, round: number): Promise<number> {
    let changes = 0;
    for (const [index, { world, at }] of loaded.entries()) {
      const leaf = leafArbitraries(world)[kind]!;
      await fc.assert(
        fc.asyncProperty(leaf, stretchArbitrary(world), async (one, stretch) => {
          const { changed, visited } = await changedAndVisited(world, at, one, stretch);
          changes += changed.size;
          changed.andNotInPlace(visited);
          expect(changed.toArray()).toEqual([]);
        }),
        { numRuns: STRETCHES, seed: SEED + index + round * WORLDS },
      );
    }
    return changes;
  }

  it.each(KINDS)(`%s (seed ${SEED})`, async (kind) => {
    let changes = await passAll(kind, 0);
    for (let round = 1; round < MOST_ROUNDS && changes === 0 && !mayStandStill(kind); round += 1) {
      changes += await passAll(kind, round);
    }
    expect(changes > 0 || mayStandStill(kind)).toBe(true);
  });

  it('a date on a person passes its edge, and the sweep finds her and nobody else', async () => {
    const born = (uuid: string, seen: string) => ({
      uuid,
      distinctIds: [uuid],
      properties: { seen },
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const persons = [born('ann', '2026-02-10T00:00:00Z'), born('bob', '2026-02-12T00:00:00Z'), born('cyd', 'someday')];
    const world: World = { timezone: 'UTC', persons, events: [], cohorts: new Map(), actions: new Map() };
    const at = await loadWorld(test.database, world);
    const leaf = { type: 'person', key: 'seen', operator: 'is_date_after', value: '-7d' };
    const stretch: [string, string] = ['2026-02-16T23:59:00.000Z', '2026-02-17T00:01:00.000Z'];
    const { changed, visited } = await changedAndVisited(world, at, leaf, stretch);
    expect([changed, visited].map((set) => set.toArray().map((ordinal) => at.uuidOf.get(ordinal)))).toEqual([
      ['ann'],
      ['ann'],
    ]);
  });
});
