import fc from 'fast-check';

import { DAY, HOUR } from '../oracle/calendar.js';
import type { OracleEvent, OraclePerson, World } from '../oracle/index.js';
import { instantAt, type Place, PLACES, type When } from './places.js';
import {
  ACTIONS,
  DATE_KEY,
  ELEMENT_CHAINS,
  PLAIN_KEYS,
  plainValueArbitrary,
  storedDateArbitrary,
} from './vocabulary.js';
import { whenArbitrary } from './whens.js';

/** A history and the instant (ISO 8601) around which it is dense. */
export interface GeneratedWorld extends World {
  focus: string;
}

const MAX_EVENTS = 60;

/** Absent, null or a value of the key's pool. */
export function propertiesArbitrary(place: Place): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.fromEntries([
    ...PLAIN_KEYS.map((key) => [key, orMissing(plainValueArbitrary(key))] as const),
    [DATE_KEY, orMissing(storedDateArbitrary(place))] as const,
  ]);
  return fc.record(values).map((all) => Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined)));
}

function orMissing(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 8, arbitrary: value },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

interface PersonSketch {
  ids: number;
  properties: Record<string, unknown>;
  created: When;
  inCohorts: number[];
}

/** Several events of one person, a fixed time apart, of two names in turn (often the same). */
interface BurstSketch {
  owner: number;
  id: number;
  names: string[];
  properties: Record<string, unknown>;
  chain: string;
  from: When;
  step: number;
  count: number;
}

/** The distinct ids of the n-th person. */
export const ID_FORMS = [(n: number) => `p${n}`, (n: number) => `anon-${n}`, (n: number) => `P${n}@Acme.com`];

function personsArbitrary(place: Place): fc.Arbitrary<PersonSketch[]> {
  const person = fc.record({
    ids: fc.integer({ min: 1, max: 3 }),
    properties: propertiesArbitrary(place),
    created: whenArbitrary,
    inCohorts: fc.subarray([1, 2, 3]),
  });
  return fc.array(person, { minLength: 5, maxLength: 25, size: 'max' });
}

function burstsArbitrary(place: Place): fc.Arbitrary<BurstSketch[]> {
  const burst = fc.record({
    owner: fc.nat(24),
    id: fc.nat(2),
    names: fc.constantFrom<string[]>(['buy'], ['buy'], ['buy', 'view'], ['view'], ['$autocapture'], ['Buy', 'buy']),
    properties: propertiesArbitrary(place),
    chain: fc.constantFrom(...ELEMENT_CHAINS),
    from: whenArbitrary,
    step: fc.constantFrom(0, HOUR, DAY, DAY, DAY + HOUR, 2 * DAY, 7 * DAY, 12 * DAY),
    count: fc.integer({ min: 1, max: 5 }),
  });
  return fc.oneof(
    { weight: 1, arbitrary: fc.array(burst, { maxLength: 5, size: 'max' }) },
    { weight: 9, arbitrary: fc.array(burst, { minLength: 15, maxLength: 40, size: 'max' }) },
  );
}

export const worldArbitrary: fc.Arbitrary<GeneratedWorld> = fc.constantFrom(...PLACES).chain((place) =>
  fc
    .record({
      salt: fc.integer({ min: 0, max: 0xffffffff }),
      persons: personsArbitrary(place),
      bursts: burstsArbitrary(place),
    })
    .map((sketch) => build(place, sketch)),
);

function build(place: Place, sketch: { salt: number; persons: PersonSketch[]; bursts: BurstSketch[] }): GeneratedWorld {
  const persons = sketch.persons.map((person, index): OraclePerson => ({
    uuid: `${sketch.salt.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    distinctIds: ID_FORMS.slice(0, person.ids).map((form) => form(index)),
    properties: person.properties,
    createdAt: new Date(instantAt(person.created, place)).toISOString(),
  }));
  const membersOf = (cohort: number): Set<string> =>
    new Set(persons.filter((_, index) => sketch.persons[index]?.inCohorts.includes(cohort)).map(({ uuid }) => uuid));
  return {
    ...place,
    persons,
    events: sketch.bursts.flatMap((burst) => eventsOf(burst, persons, place)).slice(0, MAX_EVENTS),
    cohorts: new Map([1, 2, 3].map((cohort) => [cohort, membersOf(cohort)])),
    actions: ACTIONS,
  };
}

function eventsOf(burst: BurstSketch, persons: OraclePerson[], place: Place): OracleEvent[] {
  const owner = persons[burst.owner % persons.length]!;
  const start = instantAt(burst.from, place);
  return Array.from({ length: burst.count }, (_, index) => {
    const event = burst.names[index % burst.names.length]!;
    return {
      distinctId: owner.distinctIds[(burst.id + index) % owner.distinctIds.length]!,
      event,
      timestamp: new Date(start - index * burst.step).toISOString(),
      properties: event === '$autocapture' ? { ...burst.properties, $elements_chain: burst.chain } : burst.properties,
    };
  });
}
