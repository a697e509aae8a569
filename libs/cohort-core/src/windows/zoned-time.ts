import { Temporal } from 'temporal-polyfill';

export type Instant = Temporal.Instant;
type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

export function instantOf(value: Date | string): Instant {
  return Temporal.Instant.from(typeof value === 'string' ? value : value.toISOString());
}

/** Whether PostgreSQL, Node and we agree that the name is a timezone. */
export function isTimezone(name: string): boolean {
  try {
    return (
      new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' &&
      /^[A-Za-z_+\-/0-9]+$/.test(name)
    );
  } catch {
    return false;
  }
}

/** `at` minus so many calendar units, on the clock of the timezone; month ends are clamped (31 March minus a month is the last of February). */
export function subtract(at: Instant, amount: number, unit: Unit, timezone: string): Temporal.ZonedDateTime {
  const moment = at.toZonedDateTimeISO(timezone).subtract({ [`${unit}s`]: amount });
  return moment.year < EARLIEST_YEAR ? moment.with({ year: EARLIEST_YEAR }) : moment;
}

/** 9,999 years ago means ever; PostgreSQL's text has no year 0, and nothing happened before. */
const EARLIEST_YEAR = 2;

export function startOf(moment: Temporal.ZonedDateTime, unit: 'minute' | 'hour' | 'day'): Instant {
  // A day's start is a question of its own: where the clock jumps over midnight the day begins at 01:00.
  return (
    unit === 'day' ? moment.startOfDay() : moment.round({ smallestUnit: unit, roundingMode: 'floor' })
  ).toInstant();
}

/** The first instant after the day: windows are half open, [from, to). */
export function endOfDay(moment: Temporal.ZonedDateTime): Instant {
  return moment.toPlainDate().add({ days: 1 }).toZonedDateTime(moment.timeZoneId).toInstant();
}

/** The first instant of tomorrow. */
export function endOfToday(at: Instant, timezone: string): Instant {
  return endOfDay(at.toZonedDateTimeISO(timezone));
}
