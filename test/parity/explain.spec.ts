import fc from 'fast-check';

import { bitmapOf, leavesOf, parseFilters } from '#cohort-core';
import { evaluateInProject, explainInProject } from '#persistence';
import { useDatabase } from '#testing';

import { instantArbitrary, leafArbitraries, worldArbitrary } from './arbitraries/index.js';
import { type LoadedWorld, loadWorld } from './load-world.js';

const WORLDS = Number(process.env['EXPLAIN_WORLDS'] ?? 5);
const QUESTIONS = Number(process.env['EXPLAIN_QUESTIONS'] ?? 7);
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const KINDS = Object.keys(leafArbitraries(fc.sample(worldArbitrary, { numRuns: 1, seed: 1 })[0]!));
/** Of events some answer must really have changed; few conditions on properties are dates that move. */
const mayStandStill = (kind: string) => kind.startsWith('person') || ['cohort', 'distinct_id'].includes(kind);
/** A kind whose questions happened to change nothing is asked more of them. */
const MOST_ROUNDS = 20;
const DAY_MS = 86_400_000;
/** Where an answer is looked at that should not have changed: near, and far. */
const LATER_MS = [1, 3_600_000, DAY_MS / 2, DAY_MS, 2 * DAY_MS, 6.5 * DAY_MS, 20 * DAY_MS, 45 * DAY_MS, 400 * DAY_MS];

interface Question {
  readonly leaf: object;
  readonly at: number;
  readonly ordinal: number;
}

describe('an explanation agrees with the evaluator, now and until it says that time changes the answer', () => {
  const test = useDatabase();
  const worlds = fc.sample(worldArbitrary, { numRuns: WORLDS, seed: SEED });
  const loaded: { world: (typeof worlds)[number]; at: LoadedWorld }[] = [];

  beforeAll(async () => {
    for (const world of worlds) {
      loaded.push({ world, at: await loadWorld(test.database, world) });
    }
  });

  /** @returns when it says that time changes the answer; undefined for never */
  async function explainedUntil(place: LoadedWorld, timezone: string, one: Question): Promise<number | undefined> {
    const { tree } = parseFilters(place.translate({ properties: { type: 'AND', values: [one.leaf] } }));
    return test.database.transaction(async (transaction) => {
      const question = { projectId: place.projectId, timezone };
      const matchedAt = async (at: number) => {
        const within = bitmapOf([one.ordinal]);
        const [members] = await evaluateInProject(transaction, [tree], { ...question, at: new Date(at), within });
        return members!.has(one.ordinal);
      };
      const asked = { ...question, at: new Date(one.at), ordinal: one.ordinal, isOverdue: () => false };
      const { matched, leaves } = await explainInProject(transaction, tree, asked);
      const until = leaves.get(leavesOf(tree)[0]!)!.until?.epochMilliseconds;
      const isIn = await matchedAt(one.at);
      expect(matched.get(tree)).toBe(isIn);
      const before = LATER_MS.map((ms) => one.at + ms).filter((at) => until === undefined || at < until);
      for (const at of until === undefined ? before : [...before, until - 1]) {
        expect([new Date(at), await matchedAt(at)]).toEqual([new Date(at), isIn]);
      }
      expect(until === undefined ? !isIn : await matchedAt(until)).toBe(!isIn);
      return until;
    }, 'REPEATABLE READ');
  }

  /** @returns how many of the answers time changes */
  async function askAll(kind: string, round: number): Promise<number> {
    let changes = 0;
    for (const [index, { world, at: place }] of loaded.entries()) {
      const question = fc.record({
        leaf: leafArbitraries(world)[kind]!,
        at: instantArbitrary(world).map((at) => Date.parse(at)),
        ordinal: fc.constantFrom(...place.uuidOf.keys()),
      });
      await fc.assert(
        fc.asyncProperty(question, async (one) => {
          changes += (await explainedUntil(place, world.timezone, one)) === undefined ? 0 : 1;
        }),
        { numRuns: QUESTIONS, seed: SEED + index + round * WORLDS },
      );
    }
    return changes;
  }

  it.each(KINDS)(`%s (seed ${SEED})`, async (kind) => {
    let changes = await askAll(kind, 0);
    for (let round = 1; round < MOST_ROUNDS && changes === 0 && !mayStandStill(kind); round += 1) {
      changes += await askAll(kind, round);
    }
    expect(changes > 0 || mayStandStill(kind)).toBe(true);
  });
});
