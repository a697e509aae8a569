import { Temporal } from 'temporal-polyfill';

import {
  type AbsoluteBound,
  type EventWindow,
  hasOffset,
  isDateOnly,
  type RelativeBound,
} from '../definition/event-window.js';
import { endOfDay, type Instant, localInstant, startOf, subtract } from './zoned-time.js';

/** A window at one evaluation: [from, to). */
export interface ResolvedWindow {
  readonly from: Instant;
  readonly to: Instant;
  /** When both ends are starts of local days: the first and the last day inside. Then daily activity answers it. */
  readonly days: { readonly first: string; readonly last: string } | null;
}

/** Where the window of `performed_event` (and its kin) lies at an instant, on the project's clock (spec: filters, "Windows (batch)"). */
export function resolveWindow(window: EventWindow, at: Instant, timezone: string): ResolvedWindow {
  const from = resolveStart(window, at, timezone);
  const to = resolveEnd(window.to, at, timezone);
  return { from, to, days: wholeDays(from, to, timezone) };
}

function resolveStart(window: EventWindow, at: Instant, timezone: string): Instant {
  const { from } = window;
  if (from.type === 'absolute') {
    return absoluteInstant(from, timezone);
  }
  const moment = subtract(at, from.amount, from.unit, timezone);
  return startOf(
    moment,
    window.rounding === 'unit' && (from.unit === 'hour' || from.unit === 'minute') ? from.unit : 'day',
  );
}

/** An end names what is still inside (the whole day, or the instant), so the window ends just after it. */
function resolveEnd(to: RelativeBound | AbsoluteBound | null, at: Instant, timezone: string): Instant {
  if (to === null) {
    return endOfDay(at.toZonedDateTimeISO(timezone));
  }
  if (to.type === 'relative') {
    return endOfDay(subtract(at, to.amount, to.unit, timezone));
  }
  return isDateOnly(to.text)
    ? endOfDay(localInstant(to.text, timezone))
    : absoluteInstant(to, timezone).add({ microseconds: 1 });
}

function absoluteInstant(bound: AbsoluteBound, timezone: string): Instant {
  if (hasOffset(bound.text)) {
    return Temporal.Instant.from(bound.text);
  }
  const moment = localInstant(bound.text, timezone);
  return isDateOnly(bound.text) ? moment.startOfDay().toInstant() : moment.toInstant();
}

function wholeDays(from: Instant, to: Instant, timezone: string): ResolvedWindow['days'] {
  const first = from.toZonedDateTimeISO(timezone);
  const end = to.toZonedDateTimeISO(timezone);
  const isAligned =
    Temporal.Instant.compare(startOf(first, 'day'), from) === 0 &&
    Temporal.Instant.compare(startOf(end, 'day'), to) === 0;
  return isAligned && Temporal.Instant.compare(from, to) < 0
    ? { first: first.toPlainDate().toString(), last: end.toPlainDate().subtract({ days: 1 }).toString() }
    : null;
}
