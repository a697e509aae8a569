/**
 * Calendar arithmetic over Intl alone. An instant is milliseconds since 1970; a wall time is the same number
 * read off the local clock as if that clock stood in UTC.
 */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

const FIXED: Partial<Record<Unit, number>> = { second: 1000, minute: MINUTE, hour: HOUR };
const DAYS: Partial<Record<Unit, number>> = { day: 1, week: 7, quarter: 91 };
const MONTHS: Partial<Record<Unit, number>> = { month: 1, year: 12 };

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) {
    return known;
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timezone, format);
  return format;
}

/** Intl is slow and the same instants are asked for person after person. */
const walls = new Map<string, number>();

export function wallAt(instant: number, timezone: string): number {
  const key = `${timezone} ${instant}`;
  const wall = walls.get(key) ?? readClock(instant, timezone);
  walls.set(key, wall);
  return wall;
}

function readClock(instant: number, timezone: string): number {
  const wholeSecond = Math.floor(instant / 1000) * 1000;
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(wholeSecond)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  const wall = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return wall + (instant - wholeSecond);
}

/** A wall time that comes twice is its first coming; one that is skipped is as much later as the clock jumped. */
export function instantOf(wall: number, timezone: string): number {
  const offsets = [wall - DAY, wall + DAY].map((near) => wallAt(near, timezone) - near) as [number, number];
  const real = offsets.map((offset) => wall - offset).filter((instant) => wallAt(instant, timezone) === wall);
  return real.length > 0 ? Math.min(...real) : wall - offsets[0];
}

/** The 31st, a month back from March, is the last of February. */
function monthsBack(wall: number, months: number): number {
  const date = new Date(wall);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() - months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + (wall - startOfWallDay(wall));
}

export function startOfWallDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

/** `amount` units before `instant`: hours and less by the stopwatch, days and more by the calendar on the wall. */
export function before(instant: number, amount: number, unit: Unit, timezone: string): number {
  const fixed = FIXED[unit];
  if (fixed !== undefined) {
    return instant - amount * fixed;
  }
  const wall = wallAt(instant, timezone);
  const months = MONTHS[unit];
  return instantOf(
    months === undefined ? wall - amount * (DAYS[unit] ?? 1) * DAY : monthsBack(wall, amount * months),
    timezone,
  );
}

export function startOfDay(instant: number, timezone: string): number {
  return instantOf(startOfWallDay(wallAt(instant, timezone)), timezone);
}

export function startOfNextDay(instant: number, timezone: string): number {
  return instantOf(startOfWallDay(wallAt(instant, timezone)) + DAY, timezone);
}

/** Sunday is the first day of a week. */
export function startOfWeek(instant: number, timezone: string): number {
  const day = startOfWallDay(wallAt(instant, timezone));
  return instantOf(day - new Date(day).getUTCDay() * DAY, timezone);
}

export function startOfMonth(instant: number, timezone: string): number {
  const wall = new Date(wallAt(instant, timezone));
  return instantOf(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), 1), timezone);
}

/** The start of the hour or minute on the wall, in the same coming of an hour that comes twice. */
export function startOfClockUnit(instant: number, length: number, timezone: string): number {
  const wall = wallAt(instant, timezone);
  const start = Math.floor(wall / length) * length;
  const sameOffset = instant - (wall - start);
  return wallAt(sameOffset, timezone) === start ? sameOffset : instantOf(start, timezone);
}
