import { Temporal } from 'temporal-polyfill';

export const INTERVALS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Interval = (typeof INTERVALS)[number];

/** So many units before the evaluation's now; months and years are calendar ones. */
export interface RelativeDate {
  readonly type: 'relative';
  readonly amount: number;
  readonly unit: Interval | 'second';
}

/** A date, a local date and time, or (with an offset or Z) an instant. */
export interface AbsoluteDate {
  readonly type: 'absolute';
  readonly text: string;
}

/** Relative amounts stay below this, as PostHog's own check has it. */
export const MAX_AMOUNT = 10_000;

const UNITS: Readonly<Record<string, RelativeDate['unit']>> = {
  s: 'second',
  M: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  m: 'month',
  y: 'year',
};

/** `-7d`, `7d`, `-3m` (months), `-2q` (13 weeks each); undefined when the text is not of that form. The sign is optional: always the past. */
export function parseRelative(text: string): RelativeDate | undefined {
  const match = /^-?(\d{1,5})([smhdwyMq])$/.exec(text);
  const [, digits = '', letter = ''] = match ?? [];
  const amount = Number(digits);
  if (match === null || amount >= MAX_AMOUNT) {
    return undefined;
  }
  return letter === 'q'
    ? { type: 'relative', amount: amount * 13, unit: 'week' }
    : { type: 'relative', amount, unit: UNITS[letter] ?? 'day' };
}

/** Not the year 0, which PostgreSQL does not have. */
const ISO = /^(?!0000)\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s?([zZ]|[+-]\d{2}(:?\d{2})?)?)?$/;
const OFFSET = /([zZ]|[+-]\d{2}(:?\d{2})?)$/;

export function isDateOnly(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** An ISO 8601 date or date and time that exists. */
export function isAbsoluteDate(text: string): boolean {
  return readDate(text, 'UTC') !== undefined;
}

/**
 * Reads an ISO 8601 date (midnight), date and time, on the clock of the timezone unless it carries an offset.
 * @returns undefined for anything else, such as 30 February
 */
export function readDate(text: string, timezone: string): Temporal.ZonedDateTime | undefined {
  if (!ISO.test(text)) {
    return undefined;
  }
  try {
    if (!isDateOnly(text) && OFFSET.test(text)) {
      return Temporal.Instant.from(text.replace(/\s(?=[zZ+-])/, '')).toZonedDateTimeISO(timezone);
    }
    return isDateOnly(text)
      ? Temporal.PlainDate.from(text).toZonedDateTime(timezone)
      : Temporal.PlainDateTime.from(text, { overflow: 'reject' }).toZonedDateTime(timezone);
  } catch {
    return undefined;
  }
}

const LOOSE = /^(?=.*\d{4})(?=.*[A-Za-z]{3})[A-Za-z0-9 ,.:]{8,40}$/;

/** `January 15, 2024`, `15 Jan 2024 10:30`: what people type. @returns ISO text on the clock of the project */
export function parseLooseDate(text: string): string | undefined {
  const millis = LOOSE.test(text) ? Date.parse(`${text} UTC`) : Number.NaN;
  return Number.isNaN(millis) ? undefined : new Date(millis).toISOString().slice(0, 19);
}
