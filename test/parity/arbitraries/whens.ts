import fc from 'fast-check';

import { DAY } from '../oracle/calendar.js';
import { JITTERS, type When } from './places.js';

const jitter = fc.constantFrom(...JITTERS);
const midnight = fc.constantFrom<'midnight'>('midnight');
const focus = fc.constantFrom<'focus'>('focus');

/** Mostly of the last two weeks, now and then months back or some days ahead. */
export const whenArbitrary: fc.Arbitrary<When> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ from: midnight, days: fc.integer({ min: -1, max: 10 }), jitter }) },
  { weight: 1, arbitrary: fc.record({ from: midnight, days: fc.integer({ min: 15, max: 70 }), jitter }) },
  {
    weight: 2,
    arbitrary: fc.record({
      from: focus,
      amount: fc.integer({ min: 0, max: 7 }),
      unit: fc.constantFrom('hour', 'day', 'week'),
      jitter,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      from: focus,
      amount: fc.integer({ min: 1, max: 14 }),
      unit: fc.constantFrom<'month'>('month'),
      jitter,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      from: fc.constantFrom<'anywhere'>('anywhere'),
      days: fc.integer({ min: -2, max: 20 }),
      ms: fc.integer({ min: 0, max: DAY - 1 }),
    }),
  },
);
