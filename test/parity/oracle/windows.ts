import {
  before,
  HOUR,
  MINUTE,
  startOfClockUnit,
  startOfDay,
  startOfMonth,
  startOfNextDay,
  startOfWeek,
  type Unit,
} from './calendar.js';
import type { Context } from './context.js';
import { filterInstant, isDateAlone, isRelative } from './date-values.js';
import type { BehaviorFilter } from './filter-shapes.js';

/** Milliseconds since 1970, `from` inside and `until` outside. */
export interface Window {
  from: number;
  until: number;
}

export function isWithin(instant: number, { from, until }: Window): boolean {
  return instant >= from && instant < until;
}

/** Start of the day that lay so long ago; of the hour or minute when counted in those. */
export function startAgo(amount: number | string | undefined, unit: string | undefined, context: Context): number {
  const instant = before(context.at, Number(amount), unit as Unit, context.timezone);
  if (unit === 'hour' || unit === 'minute') {
    return startOfClockUnit(instant, unit === 'hour' ? HOUR : MINUTE, context.timezone);
  }
  return startOfDay(instant, context.timezone);
}

/** The end of the day, hour or minute of which `startAgo` is the start. */
export function endAgo(amount: number | string | undefined, unit: string | undefined, context: Context): number {
  const start = startAgo(amount, unit, context);
  if (unit === 'hour' || unit === 'minute') {
    return start + (unit === 'hour' ? HOUR : MINUTE);
  }
  return startOfNextDay(start, context.timezone);
}

export function endOfToday({ at, timezone }: Context): number {
  return startOfNextDay(at, timezone);
}

function instantIn(text: string, context: Context): number {
  const instant = filterInstant(text, context);
  if (instant === undefined) {
    throw new Error(`The oracle cannot read the date ${text}`);
  }
  return instant;
}

/** performed_event, first_time, stopped, sequence: whole days. */
export function dayWindow(leaf: BehaviorFilter, context: Context): Window {
  const { explicit_datetime: start, explicit_datetime_to: end } = leaf;
  if (start === undefined) {
    return { from: startAgo(leaf.time_value, leaf.time_interval, context), until: endOfToday(context) };
  }
  const instant = instantIn(start, context);
  return {
    from: isRelative(start) ? startOfDay(instant, context.timezone) : instant,
    until: end === undefined ? endOfToday(context) : endOfExplicit(end, context),
  };
}

function endOfExplicit(text: string, context: Context): number {
  const instant = instantIn(text, context);
  return isRelative(text) || isDateAlone(text) ? startOfNextDay(instant, context.timezone) : instant + 1;
}

/** performed_event_multiple: exact instants, both ends outside. */
export function rollingWindow(leaf: BehaviorFilter, context: Context): Window {
  const { explicit_datetime: start, explicit_datetime_to: end } = leaf;
  if (start === undefined) {
    const from = before(context.at, Number(leaf.time_value), leaf.time_interval as Unit, context.timezone) + 1;
    return { from, until: context.at + 5000 };
  }
  return {
    from: instantIn(start, context) + 1,
    until: end === undefined ? context.at + 5000 : instantIn(end, context),
  };
}

/** performed_event_regularly: from a rounded start up to the end of yesterday. */
export function regularWindow(amount: number, unit: string, context: Context): Window {
  const { at, timezone } = context;
  const instant = before(at, amount, unit as Unit, timezone);
  const from =
    unit === 'week'
      ? startOfWeek(instant, timezone)
      : unit === 'month'
        ? startOfMonth(instant, timezone)
        : startOfDay(instant, timezone);
  return { from, until: startOfDay(at, timezone) };
}
