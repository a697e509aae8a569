import fc from 'fast-check';

import { bitmapOf, parseFilters } from '#cohort-core';
import { evaluateInProject } from '#persistence';
import { useDatabase } from '#testing';

import { questionArbitrary, worldArbitrary } from './arbitraries/index.js';
import { CASES } from './cases/index.js';
import { type LoadedWorld, loadWorld } from './load-world.js';
import { oracleMembers, type World } from './oracle/index.js';

const WORLDS = Number(process.env['PARITY_WORLDS'] ?? 50);
const QUESTIONS = Number(process.env['PARITY_QUESTIONS'] ?? 40);
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const WITHIN_MS = 20 * 60_000;

describe('the product answers as the oracle does', () => {
  const test = useDatabase();

  async function answer(
    loaded: LoadedWorld,
    world: World,
    question: { filters: object; at: string },
    within?: number[],
  ) {
    const { tree } = parseFilters(loaded.translate(question.filters));
    const [members] = await test.database.transaction(
      (transaction) =>
        evaluateInProject(transaction, [tree], {
          projectId: loaded.projectId,
          timezone: world.timezone,
          at: new Date(question.at),
          within: within === undefined ? null : bitmapOf(within),
        }),
      'REPEATABLE READ',
    );
    const uuids = members!.toArray().map((ordinal) => loaded.uuidOf.get(ordinal) ?? `ordinal ${ordinal}`);
    members!.dispose();
    return uuids.sort();
  }

  describe.each(Object.entries(CASES))('%s', (_theme, cases) => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
      const loaded = await loadWorld(test.database, one);
      expect(await answer(loaded, one, one)).toEqual(one.members);
    });
  });

  it(
    `on ${WORLDS} generated histories, ${QUESTIONS} questions each (seed ${SEED})`,
    async () => {
      for (const [index, world] of fc.sample(worldArbitrary, { numRuns: WORLDS, seed: SEED }).entries()) {
        const loaded = await loadWorld(test.database, world);
        const half = [...loaded.uuidOf.keys()].filter((ordinal) => ordinal % 2 === 0);
        await fc.assert(
          fc.asyncProperty(questionArbitrary(world), async (question) => {
            const expected = oracleMembers(question.filters, world, question.at);
            expect(await answer(loaded, world, question)).toEqual(expected);
            const inHalf = expected.filter((uuid) => half.some((ordinal) => loaded.uuidOf.get(ordinal) === uuid));
            expect(await answer(loaded, world, question, half)).toEqual(inHalf);
          }),
          { numRuns: QUESTIONS, seed: SEED + index },
        );
      }
    },
    WITHIN_MS,
  );
});
