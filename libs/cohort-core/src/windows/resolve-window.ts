import { Temporal } from 'temporal-polyfill';

import { type AbsoluteDate, isDateOnly, readDate, type RelativeDate } from '../definition/dates.js';
import type { EventWindow } from '../definition/event-window.js';
import { endOfDay, type Instant, startOf, subtract } from './zoned-time.js';

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
    return momentOf(from, timezone).toInstant();
  }
  const moment = subtract(at, from.amount, from.unit, timezone);
  return startOf(
    moment,
    window.rounding === 'unit' && (from.unit === 'hour' || from.unit === 'minute') ? from.unit : 'day',
  );
}

/** An end names what is still inside (the whole day, or the instant), so the window ends just after it. */
function resolveEnd(to: RelativeDate | AbsoluteDate | null, at: Instant, timezone: string): Instant {
  if (to === null) {
    return endOfDay(at.toZonedDateTimeISO(timezone));
  }
  if (to.type === 'relative') {
    return endOfDay(subtract(at, to.amount, to.unit, timezone));
  }
  const moment = momentOf(to, timezone);
  return isDateOnly(to.text) ? endOfDay(moment) : moment.toInstant().add({ microseconds: 1 });
}

/** The moment that an absolute date names, on the clock of the timezone unless it carries an offset. */
export function momentOf(date: AbsoluteDate, timezone: string): Temporal.ZonedDateTime {
  const moment = readDate(date.text, timezone);
  if (moment === undefined) {
    throw new Error(`'${date.text}' is no date: the parser refuses those`);
  }
  return moment;
}

/** The recent window of `stopped` and `restarted`: so long ago up to the end of today. */
export function resolveRecent(recent: RelativeDate, at: Instant, timezone: string): ResolvedWindow {
  return resolveWindow({ from: recent, to: null, rounding: 'unit' }, at, timezone);
}

/** The quiet range of `restarted`: from the day `time` ago to the end of the day (hour, minute) `seq_time` ago. */
export function resolveQuiet(
  quietFrom: RelativeDate,
  recent: RelativeDate,
  at: Instant,
  timezone: string,
): ResolvedWindow {
  const window: EventWindow = { from: quietFrom, to: null, rounding: 'day' };
  const from = resolveStart(window, at, timezone);
  const moment = subtract(at, recent.amount, recent.unit, timezone);
  const unit = recent.unit === 'hour' || recent.unit === 'minute' ? recent.unit : null;
  const to = unit === null ? endOfDay(moment) : startOf(moment, unit).add({ [`${unit}s`]: 1 });
  return { from, to, days: wholeDays(from, to, timezone) };
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
