import { Temporal } from 'temporal-polyfill';

import type { MovingEdge } from './moving-edges.js';
import { endOfDay, type Instant, startOf } from './zoned-time.js';

/**
 * Until when an edge surely stays where it is at the instant: most move with the day, the hour or the minute of the project's clock.
 * @returns the instant itself for an edge that moves all the time
 */
export function steadyUntil({ placeAt }: Pick<MovingEdge, 'placeAt'>, at: Instant, timezone: string): Instant {
  const moment = at.toZonedDateTimeISO(timezone);
  const place = placeAt(at, timezone);
  const ends = [
    endOfDay(moment),
    startOf(moment, 'hour').add({ hours: 1 }),
    startOf(moment, 'minute').add({ minutes: 1 }),
  ];
  const isSteady = (end: Instant): boolean => {
    const last = end.subtract({ nanoseconds: 1 }).toZonedDateTimeISO(timezone);
    // When the clock is set in between, an edge may leave its place and come back to it.
    return (
      last.offsetNanoseconds === moment.offsetNanoseconds &&
      Temporal.Instant.compare(placeAt(last.toInstant(), timezone), place) === 0
    );
  };
  return ends.find(isSteady) ?? at;
}
