import { Temporal } from 'temporal-polyfill';

import type { MovingEdge } from './moving-edges.js';
import type { Instant } from './zoned-time.js';

/** A stretch of time (after, upTo] on the clock of a timezone. */
export interface Stretch {
  readonly after: Instant;
  readonly upTo: Instant;
  readonly timezone: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Clocks are set forward and back at quarters of an hour; between two quarters every edge only moves forward. */
const QUARTER_MS = 15 * MINUTE_MS;
/** How far from the obvious place a passing may lie: to the millisecond, for a change of the clock, a day, a month rounded down. */
const PROBES_MS = [1, 2 * HOUR_MS, 25 * HOUR_MS, 32 * 24 * HOUR_MS];
/** Nowhere is a clock set by more at once. */
const MOST_SET_MS = 3 * HOUR_MS;
/** Around a change of the clock an edge may reach the same place three times, within a day and a bit. */
const UNSTEADY_MS = 26 * HOUR_MS;

/**
 * The first instant of the stretch, to the millisecond, at which the fact stands otherwise to the edge than it did: ahead of it, on
 * it, or behind it. Between two such instants of all its edges and facts the answer of a leaf cannot change.
 */
export function nextPassing(edge: MovingEdge, fact: Instant, stretch: Stretch): Instant | undefined {
  const { timezone } = stretch;
  const side: Side = (ms) => compare(edge.placeAt(instantAt(ms), timezone), fact);
  const after = stretch.after.epochMilliseconds;
  const upTo = stretch.upTo.epochMilliseconds;
  const before = side(after);
  // Edges move as fast as time does, so the fact is reached about where the clock has gone as far as it is ahead.
  const guess = after + fact.epochMilliseconds - edge.placeAt(stretch.after, timezone).epochMilliseconds;
  const steady = before > 0 ? undefined : firstNear(guess, { after, upTo }, (ms) => side(ms) > before);
  // An edge that is beyond the fact comes back to it, if ever, when the clock is set back soon.
  const end = steady ?? Math.min(upTo, after + MOST_SET_MS);
  const start = Math.max(after, end - UNSTEADY_MS);
  const found = isUnsteady(edge, { start, end, timezone }) ? (scan(start, end, side, before) ?? steady) : steady;
  return found === undefined ? undefined : instantAt(found);
}

/** -1: the edge has not reached the fact; 0: it is there; 1: it is beyond. */
type Side = (ms: number) => number;

function compare(place: Instant, fact: Instant): number {
  return Temporal.Instant.compare(place, fact);
}

function instantAt(ms: number): Instant {
  return Temporal.Instant.fromEpochMilliseconds(ms);
}

/** As {@link firstIn}, in fewer steps when the guess is near. */
function firstNear(
  guess: number,
  { after, upTo }: { after: number; upTo: number },
  holds: (ms: number) => boolean,
): number | undefined {
  const probes = [guess, ...PROBES_MS.flatMap((ms) => [guess - ms, guess + ms])];
  let low = after;
  let high = upTo;
  for (const probe of probes) {
    if (probe <= low || probe >= high) {
      continue;
    }
    if (holds(probe)) {
      high = probe;
    } else {
      low = probe;
    }
  }
  return firstIn(low, high, holds);
}

/** The first of (after, upTo] that holds, of a condition that holds for ever once it does. */
function firstIn(after: number, upTo: number, holds: (ms: number) => boolean): number | undefined {
  if (after >= upTo || !holds(upTo)) {
    return undefined;
  }
  let low = after;
  let high = upTo;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high;
}

function scan(start: number, end: number, side: Side, before: number): number | undefined {
  for (let low = start; low < end;) {
    const high = Math.min(end, (Math.floor(low / QUARTER_MS) + 1) * QUARTER_MS);
    const found = firstIn(low, high, (ms) => side(ms) !== before);
    if (found !== undefined) {
      return found;
    }
    low = high;
  }
  return undefined;
}

/** Whether the clock is set around here, or around the edge's place: then the edge may move back or jump. */
function isUnsteady(
  edge: MovingEdge,
  { start, end, timezone }: { start: number; end: number; timezone: string },
): boolean {
  const place = (ms: number) => edge.placeAt(instantAt(ms), timezone).epochMilliseconds;
  const offset = (ms: number) => instantAt(ms).toZonedDateTimeISO(timezone).offsetNanoseconds;
  return (
    offset(start - MOST_SET_MS) !== offset(end + MOST_SET_MS) ||
    offset(place(start) - UNSTEADY_MS) !== offset(place(end) + UNSTEADY_MS)
  );
}
