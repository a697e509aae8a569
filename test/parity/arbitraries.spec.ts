import fc from 'fast-check';

import {
  type GeneratedWorld,
  instantArbitrary,
  leafArbitraries,
  type Question,
  questionArbitrary,
  worldArbitrary,
} from './arbitraries/index.js';
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

function questionsOf(world: GeneratedWorld, leafKind: string | undefined): fc.Arbitrary<Question> {
  const leaf = leafKind === undefined ? undefined : leafArbitraries(world)[leafKind];
  return leaf === undefined
    ? questionArbitrary(world)
    : fc.record({
        filters: leaf.map((one) => ({ properties: { type: 'AND', values: [one] } })),
        at: instantArbitrary(world),
      });
}

function ask(questionsPerWorld: number, leafKind?: string): Shares {
  const answers = WORLDS.flatMap((world, index) =>
    fc
      .sample(questionsOf(world, leafKind), { seed: SEED + index, numRuns: questionsPerWorld })
      .map(({ filters, at }) => ({ members: oracleMembers(filters, world, at).length, of: world.persons.length })),
  );
  const shares = sharesOf(answers);
  process.stdout.write(`${leafKind ?? 'trees'}: ${percent(shares)}\n`);
  return shares;
}

describe('generated questions', () => {
  it('seldom have an empty or an obvious answer', () => {
    const shares = ask(40);
    expect(shares.some).toBeGreaterThan(0.55);
    expect(shares.nobody).toBeLessThan(0.3);
    expect(shares.everyone).toBeLessThan(0.2);
  });

  it.each(Object.keys(leafArbitraries(WORLDS[0]!)))('%s finds somebody, and not everyone', (kind) => {
    const shares = ask(10, kind);
    expect(shares.some).toBeGreaterThan(0.2);
  });
});
