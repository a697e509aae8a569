import fc from 'fast-check';

import { mayMatchEmptyPerson, parseFilters } from '#cohort-core';
import { evaluateInProject } from '#persistence';
import { useDatabase } from '#testing';

import { filtersArbitrary, type GeneratedWorld, worldArbitrary } from './arbitraries/index.js';
import { loadWorld } from './load-world.js';

const WORLDS = 10;
const QUESTIONS = 60;
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const WITHIN_MS = 5 * 60_000;

describe('whom nothing has happened to', () => {
  const test = useDatabase();

  /** One of many distinct ids; no events, no properties, in no cohort. */
  const emptied = (world: GeneratedWorld): GeneratedWorld => ({
    ...world,
    events: [],
    cohorts: new Map([1, 2, 3].map((id) => [id, new Set<string>()])),
    persons: world.persons.map((person) => ({ ...person, properties: {} })),
  });

  it(
    `is in no cohort that says she cannot be (seed ${SEED})`,
    async () => {
      let matched = 0;
      let excluded = 0;
      for (const [index, world] of fc.sample(worldArbitrary, { numRuns: WORLDS, seed: SEED }).entries()) {
        const loaded = await loadWorld(test.database, emptied(world));
        const questions = fc.sample(filtersArbitrary(world), { numRuns: QUESTIONS, seed: SEED + index });
        const trees = questions.map((filters) => parseFilters(loaded.translate(filters)).tree);
        const { projectId } = loaded;
        const at = new Date(world.focus);
        const answers = await test.database.transaction((transaction) =>
          evaluateInProject(transaction, trees, { projectId, timezone: world.timezone, at, within: null }),
        );
        answers.forEach((answer, place) => {
          const may = mayMatchEmptyPerson(trees[place]!);
          expect({ filters: questions[place], misses: !may && !answer.isEmpty }).toMatchObject({ misses: false });
          matched += answer.isEmpty ? 0 : 1;
          excluded += may ? 0 : 1;
          answer.dispose();
        });
      }
      expect([matched > 0, excluded > 0]).toEqual([true, true]);
    },
    WITHIN_MS,
  );
});
