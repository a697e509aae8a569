import type { AbsoluteDate, RelativeDate } from '../definition/dates.js';
import type { EventWindow } from '../definition/event-window.js';
import { momentOf } from './resolve-window.js';
import { type Instant, subtract } from './zoned-time.js';

/** A window between two instants, neither of them inside. */
export interface RollingWindow {
  readonly after: Instant;
  readonly before: Instant;
}

/** Clocks of clients run a little ahead: an event counts from five seconds before its time (source: PostHog's batch calculation). */
const AHEAD_SECONDS = 5;

/** Where the window of `performed_event_multiple` lies: it rolls with the instant, and no end of a day extends it. */
export function resolveRollingWindow(window: EventWindow, at: Instant, timezone: string): RollingWindow {
  return {
    after: exactInstant(window.from, at, timezone),
    before: window.to === null ? at.add({ seconds: AHEAD_SECONDS }) : exactInstant(window.to, at, timezone),
  };
}

/** The instant itself: `now - delta`, or the date as given (a date alone is its midnight). */
export function exactInstant(date: RelativeDate | AbsoluteDate, at: Instant, timezone: string): Instant {
  return date.type === 'relative'
    ? subtract(at, date.amount, date.unit, timezone).toInstant()
    : momentOf(date, timezone).toInstant();
}
