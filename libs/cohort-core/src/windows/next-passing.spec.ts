import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';

import type { MovingEdge } from './moving-edges.js';
import { nextPassing } from './next-passing.js';
import { exactInstant } from './rolling-window.js';
import { endOfToday, instantOf } from './zoned-time.js';

const MINUTE_MS = 60_000;
const FACTS: MovingEdge['facts'] = { type: 'created_at' };

function ago(amount: number, unit: 'day' | 'hour' | 'week' | 'month'): MovingEdge {
  return {
    facts: FACTS,
    clock: `${amount} ${unit}`,
    placeAt: (at, timezone) => exactInstant({ type: 'relative', amount, unit }, at, timezone),
  };
}
const today: MovingEdge = { facts: FACTS, clock: 'today', placeAt: endOfToday };

function passing(edge: MovingEdge, fact: string, after: string, timezone = 'UTC', upTo = '2034-01-01T00:00:00Z') {
  return nextPassing(edge, instantOf(fact), { after: instantOf(after), upTo: instantOf(upTo), timezone })?.toString();
}

describe('the next passing of an edge and a fact', () => {
  it('is when the edge arrives, then when it has gone beyond, then never', () => {
    const fact = '2024-03-01T10:00:00Z';
    expect(passing(ago(7, 'day'), fact, '2024-03-02T00:00:00Z')).toBe('2024-03-08T10:00:00Z');
    expect(passing(ago(7, 'day'), fact, '2024-03-08T10:00:00Z')).toBe('2024-03-08T10:00:00.001Z');
    expect(passing(ago(7, 'day'), fact, '2024-03-08T10:00:00.001Z')).toBeUndefined();
  });

  it('of a fact between two milliseconds is the later one', () => {
    expect(passing(ago(1, 'hour'), '2024-03-01T10:00:00.000001Z', '2024-03-01T10:30:00Z')).toBe(
      '2024-03-01T11:00:00.001Z',
    );
  });

  it('lies inside the stretch or is none', () => {
    const fact = '2024-03-01T10:00:00Z';
    expect(passing(ago(7, 'day'), fact, fact, 'UTC', '2024-03-08T09:59:59Z')).toBeUndefined();
    expect(passing(ago(7, 'day'), fact, fact, 'UTC', '2024-03-08T10:00:00Z')).toBe('2024-03-08T10:00:00Z');
  });

  it('of the end of today is midnight in the project', () => {
    expect(passing(today, '2024-03-11T12:00:00Z', '2024-03-10T06:00:00Z', 'America/New_York')).toBe(
      '2024-03-11T04:00:00Z',
    );
  });

  it('comes again when the clock is set back', () => {
    // New York, 3 November 2024: 01:30 comes twice, and a day before either is 01:30 of the 2nd.
    const fact = '2024-11-02T05:30:00Z';
    const edge = ago(1, 'day');
    const next = (after: string) => passing(edge, fact, after, 'America/New_York');
    expect(next('2024-11-03T00:00:00Z')).toBe('2024-11-03T05:30:00Z');
    expect(next('2024-11-03T05:45:00Z')).toBe('2024-11-03T06:00:00Z');
    expect(next('2024-11-03T06:00:00Z')).toBe('2024-11-03T06:30:00Z');
  });

  it('is the first minute that a search minute by minute finds', () => {
    const edges = [ago(1, 'day'), ago(25, 'hour'), ago(1, 'week'), ago(1, 'month'), today];
    const transition = fc.constantFrom(
      ['America/New_York', '2024-03-10T07:00:00Z'] as const,
      ['America/New_York', '2024-11-03T06:00:00Z'] as const,
      ['Australia/Lord_Howe', '2024-04-06T15:00:00Z'] as const,
      ['Africa/Cairo', '2024-04-25T22:00:00Z'] as const,
      ['Europe/Berlin', '2024-07-01T00:00:00Z'] as const,
    );
    const minutes = fc.integer({ min: -36 * 60, max: 36 * 60 });
    fc.assert(
      fc.property(fc.constantFrom(...edges), transition, minutes, minutes, (edge, [timezone, near], start, shift) => {
        const after = instantOf(near).add({ minutes: start });
        const fact = edge.placeAt(instantOf(near), timezone).add({ minutes: shift });
        const upTo = after.add({ hours: 72 });
        const side = (at: Temporal.Instant) => Temporal.Instant.compare(edge.placeAt(at, timezone), fact);
        let expected: Temporal.Instant | undefined;
        for (let at = after; expected === undefined && Temporal.Instant.compare(at, upTo) < 0;) {
          at = at.add({ milliseconds: MINUTE_MS });
          expected = side(at) === side(after) ? undefined : at;
        }
        const found = nextPassing(edge, fact, { after, upTo, timezone });
        // A fact that is left behind is so a millisecond later, which a search by minutes sees a minute later.
        expect(found === undefined ? undefined : Math.ceil(found.epochMilliseconds / MINUTE_MS)).toBe(
          expected === undefined ? undefined : expected.epochMilliseconds / MINUTE_MS,
        );
      }),
      { numRuns: 20 },
    );
  });
});
