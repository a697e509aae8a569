import fc from 'fast-check';

import { DAY, HOUR } from '../oracle/calendar.js';
import { behaviorArbitraries } from './behavior-leaves.js';
import { instantAt, JITTERS, type Place } from './places.js';
import {
  dateConditionArbitrary,
  distinctIdFilterArbitrary,
  type GeneratedFilter,
  propertyFilterArbitrary,
} from './property-filters.js';
import { whenArbitrary } from './whens.js';
import type { GeneratedWorld } from './worlds.js';

/** A savable definition, and the instant (ISO 8601, milliseconds) at which it is asked. */
export interface Question {
  filters: object;
  at: string;
}

const typed =
  (type: string) =>
  (filter: GeneratedFilter): object => ({ type, ...filter });

/** One arbitrary of leaves for each kind: `person`, `distinct_id`, `person_metadata`, `cohort`, and each behavior's value. */
export function leafArbitraries(place: Place): Record<string, fc.Arbitrary<object>> {
  return {
    // Only event filters may leave the operator out.
    person: propertyFilterArbitrary(place).map((filter) =>
      typed('person')({ ...filter, operator: filter.operator ?? 'exact' }),
    ),
    distinct_id: distinctIdFilterArbitrary().map(typed('person')),
    person_metadata: dateConditionArbitrary(place).map((condition) =>
      typed('person_metadata')({ key: 'created_at', ...condition }),
    ),
    cohort: fc.integer({ min: 1, max: 3 }).map((value) => ({ type: 'cohort', key: 'id', value })),
    ...behaviorArbitraries(place),
  };
}

function signedLeafArbitrary(place: Place): fc.Arbitrary<object> {
  const { person, distinct_id, person_metadata, cohort, ...behaviors } = leafArbitraries(place);
  return fc.oneof(
    { weight: 5, arbitrary: signed(person!, 3) },
    { weight: 1, arbitrary: signed(distinct_id!, 3) },
    { weight: 1, arbitrary: signed(person_metadata!, 3) },
    { weight: 1, arbitrary: signed(cohort!, 1) },
    { weight: 10, arbitrary: signed(fc.oneof(...Object.values(behaviors)), 8) },
  );
}

/** Negated once for `plain` times that it is not: what few persons do is seldom negated, else everyone is the answer. */
function signed(leaf: fc.Arbitrary<object>, plain: number): fc.Arbitrary<object> {
  return fc.oneof(
    { weight: plain, arbitrary: leaf },
    { weight: 1, arbitrary: leaf.map((one) => ({ ...one, negation: false })) },
    { weight: 1, arbitrary: leaf.map((one) => ({ ...one, negation: true })) },
  );
}

/** OR more often than AND: most leaves hold few persons. A list holds groups only, or leaves only. */
function groupOf(values: fc.Arbitrary<object>, least: number, most: number): fc.Arbitrary<object> {
  return fc.record({
    type: fc.constantFrom('OR', 'OR', 'AND'),
    values: fc.array(values, { minLength: least, maxLength: most }),
  });
}

/** A third of the trees are a single leaf, the rest up to three levels deep. */
export function filtersArbitrary(place: Place): fc.Arbitrary<object> {
  const leaf = signedLeafArbitrary(place);
  const single = leaf.map((one) => ({ type: 'AND', values: [one] }));
  const flat = groupOf(leaf, 2, 4);
  const nested = groupOf(fc.oneof(flat, single), 1, 3);
  const group = fc.oneof(
    { weight: 3, arbitrary: single },
    { weight: 3, arbitrary: flat },
    { weight: 2, arbitrary: nested },
    { weight: 1, arbitrary: groupOf(nested, 1, 2) },
  );
  return group.map((properties) => ({ properties }));
}

/** Before that most of a history still lies ahead. */
const LONGEST_LOOK_BACK = 12 * DAY;

/** Near the focus, on its midnights, or a whole number of hours or days after one of the later events. */
export function instantArbitrary(world: GeneratedWorld): fc.Arbitrary<string> {
  const near = whenArbitrary.map((when) => {
    const instant = instantAt(when, world);
    const focus = Date.parse(world.focus);
    return focus - (focus - instant) / 8;
  });
  const afterEvent = fc
    .record({
      event: fc.nat(59),
      step: fc.constantFrom(HOUR, DAY, DAY),
      steps: fc.integer({ min: 0, max: 9 }),
      jitter: fc.constantFrom(...JITTERS),
    })
    .map(({ event, step, steps, jitter }) => {
      const focus = Date.parse(world.focus);
      const late = world.events
        .map((one) => Date.parse(one.timestamp))
        .filter((one) => one > focus - LONGEST_LOOK_BACK);
      return (late[event % (late.length || 1)] ?? focus) + step * steps + jitter;
    });
  const midnight = fc
    .record({ days: fc.integer({ min: -3, max: 1 }), jitter: fc.constantFrom(...JITTERS) })
    .map((when) => instantAt({ from: 'midnight', ...when }, world));
  return fc.oneof(near, midnight, afterEvent).map((instant) => new Date(Math.round(instant)).toISOString());
}

export function questionArbitrary(world: GeneratedWorld): fc.Arbitrary<Question> {
  return fc.record({ filters: filtersArbitrary(world), at: instantArbitrary(world) });
}
