import { Temporal } from 'temporal-polyfill';

import { parseLooseDate, parseRelative, readDate } from '../definition/dates.js';
import { exactInstant } from '../windows/rolling-window.js';
import type { Instant } from '../windows/zoned-time.js';

/** The instant a filter value names: relative (exact, not truncated), ISO 8601, or loosely written. Checked when the filter was saved. */
export function operandInstant(text: string, at: Instant, timezone: string): Instant {
  const relative = parseRelative(text);
  if (relative !== undefined) {
    return exactInstant(relative, at, timezone);
  }
  const moment = readDate(text, timezone) ?? readDate(parseLooseDate(text) ?? '', timezone);
  if (moment === undefined) {
    throw new Error(`'${text}' is no date: the parser refuses those`);
  }
  return moment.toInstant();
}

/** A stored JSON value, as text, and whether it is a JSON number: the text `1.2` is no date, the number is. */
interface StoredDate {
  readonly text: string;
  readonly isNumber: boolean;
}

const NUMBER = /^-?\d{1,11}(\.\d+)?$/;
const DIGITS = /^\d{1,11}$/;
const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1_000n;

/** The instant a stored property names: ISO 8601 or loosely written text, or unix seconds as number or digits. @returns undefined when it is none */
export function storedInstant({ text, isNumber }: StoredDate, timezone: string): Instant | undefined {
  if ((isNumber ? NUMBER : DIGITS).test(text)) {
    const micros = BigInt(Math.round(Number(text) * MICROS_PER_SECOND));
    return Temporal.Instant.fromEpochNanoseconds(micros * NANOS_PER_MICRO);
  }
  return (readDate(text, timezone) ?? readDate(parseLooseDate(text) ?? '', timezone))?.toInstant();
}
