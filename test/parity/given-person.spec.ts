import fc from 'fast-check';

import { parseFilters } from '#cohort-core';
import { evaluateGivenPerson, type GivenPerson, membersOf, type StoredMembers } from '#persistence';
import { useDatabase } from '#testing';

import { type GeneratedWorld, instantArbitrary, leafArbitraries, worldArbitrary } from './arbitraries/index.js';
import { loadWorld } from './load-world.js';
import { oracleMembers } from './oracle/index.js';

const WORLDS = Math.ceil(Number(process.env['PARITY_WORLDS'] ?? 50) / 5);
const QUESTIONS = 30;
const SEED = Number(process.env['PARITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const WITHIN_MS = 10 * 60_000;

const READ_PERSON = `
  SELECT properties::text, (SELECT distinct_id FROM person_distinct_id d
    WHERE d.project_id = p.project_id AND d.ordinal = p.ordinal ORDER BY distinct_id LIMIT 1) AS id
  FROM person p WHERE project_id = $1 AND ordinal = $2`;

/** Conditions as flags have them: all hold, each on a property, a distinct id or a cohort. */
function questionArbitrary(world: GeneratedWorld) {
  const { person, distinct_id, cohort } = leafArbitraries(world);
  const leaf = fc.oneof(
    { weight: 5, arbitrary: person! },
    { weight: 2, arbitrary: distinct_id! },
    { weight: 1, arbitrary: cohort! },
  );
  const signed = fc.tuple(leaf, fc.boolean()).map(([one, negation]) => ({ ...one, negation }));
  return fc.record({
    filters: fc
      .array(signed, { minLength: 1, maxLength: 3 })
      .map((values) => ({ properties: { type: 'AND', values } })),
    at: instantArbitrary(world),
  });
}

describe('a person whose facts come with the question', () => {
  const test = useDatabase();

  async function given(projectId: number, ordinal: number): Promise<GivenPerson> {
    const { pool } = test.database;
    const person = await pool.query<{ properties: string; id: string }>(READ_PERSON, [projectId, ordinal]);
    const chunks = await pool.query<StoredMembers & { cohort_id: number }>(
      'SELECT cohort_id, bitmap, flipped FROM cohort_chunk WHERE project_id = $1',
      [projectId],
    );
    const cohortIds = chunks.rows.flatMap(({ cohort_id, ...stored }) => {
      const members = membersOf(stored);
      const isMember = members.has(ordinal);
      members.dispose();
      return isMember ? [cohort_id] : [];
    });
    const { properties, id } = person.rows[0]!;
    return { projectId, ordinal, distinctId: id, properties: [properties, '{}'], cohortIds: new Set(cohortIds) };
  }

  /** The same facts, partly told wrong by what is stored and put right by what is sent. */
  function overridden(person: GivenPerson): GivenPerson {
    const wrong = JSON.stringify(
      Object.fromEntries(Object.keys(JSON.parse(person.properties[0]) as object).map((key) => [key, 'wrong'])),
    );
    return { ...person, properties: [wrong, person.properties[0]] };
  }

  it(
    `is answered as the oracle does, on ${WORLDS} generated histories, ${QUESTIONS} questions each (seed ${SEED})`,
    async () => {
      for (const [index, world] of fc.sample(worldArbitrary, { numRuns: WORLDS, seed: SEED }).entries()) {
        const loaded = await loadWorld(test.database, world);
        const persons = new Map<string, GivenPerson>();
        for (const [ordinal, uuid] of loaded.uuidOf) {
          persons.set(uuid, await given(loaded.projectId, ordinal));
        }
        await fc.assert(
          fc.asyncProperty(questionArbitrary(world), async ({ filters, at }) => {
            const { tree } = parseFilters(loaded.translate(filters));
            const moment = { at: new Date(at), timezone: world.timezone };
            const found: string[] = [];
            for (const [uuid, person] of persons) {
              const [asStored] = await evaluateGivenPerson(test.database.pool, [tree], person, moment);
              const [asSent] = await evaluateGivenPerson(test.database.pool, [tree], overridden(person), moment);
              expect([uuid, asSent]).toEqual([uuid, asStored]);
              found.push(...(asStored === true ? [uuid] : []));
            }
            expect(found.sort()).toEqual(oracleMembers(filters, world, at));
          }),
          { numRuns: QUESTIONS, seed: SEED + index },
        );
      }
    },
    WITHIN_MS,
  );
});
