import fc from 'fast-check';

import {
  filtersArbitrary,
  type GeneratedWorld,
  ID_FORMS,
  JITTERS,
  propertiesArbitrary,
  whenArbitrary,
  worldArbitrary,
} from '../arbitraries/index.js';
import { DAY, HOUR, MINUTE } from '../oracle/calendar.js';
import type { History, Move, Telling } from './history.js';

/** Persons of the world who are spoken of again, and some who are not there yet. */
const NUMBERS = 9;
const PHASES = 3;

const distinctId = fc
  .record({ person: fc.nat(NUMBERS - 1), form: fc.constantFrom(...ID_FORMS) })
  .map(({ person, form }) => form(person));

type Properties = Record<string, unknown>;

/** What an event may ask of its person, most ask for nothing. */
function changesArbitrary(world: GeneratedWorld): fc.Arbitrary<Properties> {
  const properties = propertiesArbitrary(world);
  const few = fc
    .tuple(properties, fc.nat(3))
    .map(([all, count]) => Object.fromEntries(Object.entries(all).slice(count)));
  const keys = properties.map((all) => Object.keys(all).slice(0, 2));
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    { weight: 4, arbitrary: few.map(($set) => ({ $set })) },
    { weight: 1, arbitrary: few.map(($set_once) => ({ $set_once })) },
    { weight: 1, arbitrary: keys.map(($unset) => ({ $unset })) },
    { weight: 1, arbitrary: fc.record({ $set: few, $set_once: few, $unset: keys }) },
  );
}

function tellingArbitrary(world: GeneratedWorld): fc.Arbitrary<Telling> {
  const told = fc.record({
    kind: fc.constant<'event'>('event'),
    distinctId,
    when: whenArbitrary,
    ofPerson: fc.constant(true),
  });
  const plain = fc
    .record({
      told,
      event: fc.constantFrom('buy', 'buy', 'buy', 'view', '$autocapture', 'Buy', '$set'),
      own: propertiesArbitrary(world),
      changes: changesArbitrary(world),
      isPersonless: fc.nat(19),
    })
    .map(({ told: base, event, own, changes, isPersonless }) => ({
      ...base,
      event,
      properties: { ...own, ...changes },
      ofPerson: isPersonless !== 0,
    }));
  const merge = fc
    .record({
      told,
      event: fc.constantFrom('$identify', '$create_alias', '$merge_dangerously', '$merge_dangerously'),
      other: distinctId,
      changes: changesArbitrary(world),
    })
    .map(({ told: base, event, other, changes }) => ({
      ...base,
      event,
      properties: { ...changes, [event === '$identify' ? '$anon_distinct_id' : 'alias']: other },
    }));
  return fc.oneof({ weight: 5, arbitrary: plain }, { weight: 2, arbitrary: merge });
}

const shift: fc.Arbitrary<Move> = fc.record({
  kind: fc.constant<'shift'>('shift'),
  by: fc.oneof(
    fc.constantFrom(MINUTE, HOUR, HOUR, 6 * HOUR, DAY, DAY, 26 * HOUR, 3 * DAY, 8 * DAY, 32 * DAY),
    // -3 s: time passes the midnight by itself, while the services run.
    fc.record({ midnights: fc.integer({ min: 1, max: 2 }), jitter: fc.constantFrom(-3_000, -3_000, ...JITTERS) }),
  ),
});

function personEditArbitrary(world: GeneratedWorld): fc.Arbitrary<Move> {
  const kind = fc.constant<'person'>('person');
  const properties = propertiesArbitrary(world);
  return fc.oneof(
    fc.record({ kind, distinctId, change: properties }),
    fc.record({ kind, distinctId, change: fc.constantFrom('plan', 'age', 'vip', 'joined') }),
    fc.record({ kind, distinctId }),
  );
}

function moveArbitrary(world: GeneratedWorld, cohorts: number): fc.Arbitrary<Move> {
  const cohort = fc.nat(cohorts - 1);
  return fc.oneof(
    { weight: 20, arbitrary: tellingArbitrary(world) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant<'again'>('again'), back: fc.nat(30) }) },
    { weight: 3, arbitrary: shift },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant<'edit'>('edit'), cohort, filters: filtersArbitrary(world) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant<'toggle'>('toggle'), cohort }) },
    { weight: 2, arbitrary: personEditArbitrary(world) },
  );
}

/** A history that has made its world is short: what matters is how many there are. */
export const historyArbitrary: fc.Arbitrary<History> = worldArbitrary.chain((world) =>
  fc.array(filtersArbitrary(world), { minLength: 3, maxLength: 6, size: 'max' }).chain((definitions) => {
    const moves = fc.array(moveArbitrary(world, definitions.length), { minLength: 3, maxLength: 16, size: 'max' });
    return fc.record({
      world: fc.constant(world),
      definitions: fc.constant(definitions),
      daysBefore: fc.integer({ min: -1, max: 3 }),
      cohortsFirst: fc.boolean(),
      isOrdered: fc.boolean(),
      phases: fc.array(moves, { minLength: 1, maxLength: PHASES, size: 'max' }),
    });
  }),
);
