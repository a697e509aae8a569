import fc from 'fast-check';

import { instantArbitrary, leafArbitraries, questionArbitrary, worldArbitrary } from './arbitraries/index.js';
import { oracleMembers } from './oracle/index.js';

const SEED = 20260215;
const WORLDS = fc.sample(worldArbitrary, { seed: SEED, numRuns: 50 });

interface Shares {
  nobody: number;
  some: number;
  everyone: number;
}

/** Of all answers, the parts that hold nobody, some and everyone. */
function sharesOf(answers: { members: number; of: number }[]): Shares {
  const part = (passes: (answer: { members: number; of: number }) => boolean): number =>
    answers.filter(passes).length / answers.length;
  return {
    nobody: part(({ members }) => members === 0),
    some: part(({ members, of }) => members > 0 && members < of),
    everyone: part(({ members, of }) => members === of),
  };
}

function percent(shares: Shares): string {
  return Object.entries(shares)
    .map(([name, share]) => `${name} ${Math.round((share as number) * 100)} %`)
    .join(', ');
}

function ask(questionsPerWorld: number, leafKind?: string): Shares {
  return sharesOf(
    WORLDS.flatMap((world, index) => {
      const leaf = leafKind === undefined ? undefined : leafArbitraries(world)[leafKind];
      const questions =
        leaf === undefined
          ? questionArbitrary(world)
          : fc.record({
              filters: leaf.map((one) => ({ properties: { type: 'AND', values: [one] } })),
              at: instantArbitrary(world),
            });
      return fc.sample(questions, { seed: SEED + index, numRuns: questionsPerWorld }).map(({ filters, at }) => ({
        members: oracleMembers(filters, world, at).length,
        of: world.persons.length,
      }));
    }),
  );
}

describe('generated questions', () => {
  it('seldom have an empty or an obvious answer', () => {
    const shares = ask(40);
    console.info(`trees: ${percent(shares)}`);
    expect(shares.some).toBeGreaterThan(0.55);
    expect(shares.nobody).toBeLessThan(0.3);
    expect(shares.everyone).toBeLessThan(0.2);
  });

  it.each(Object.keys(leafArbitraries(WORLDS[0]!)))('%s finds somebody, and not everyone', (kind) => {
    const shares = ask(20, kind);
    console.info(`${kind}: ${percent(shares)}`);
    expect(shares.some).toBeGreaterThan(0.2);
  });
});
