import { Temporal } from 'temporal-polyfill';

import { DefinitionError, join, shown } from './definition-error.js';
import { integerField, type JsonObject } from './fields.js';

const INTERVALS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
type Interval = (typeof INTERVALS)[number];

/** So many units before the evaluation's now; months and years are calendar ones. */
export interface RelativeBound {
  readonly type: 'relative';
  readonly amount: number;
  readonly unit: Interval | 'second';
}

/** A date, a local date and time, or (with an offset or Z) an instant. */
export interface AbsoluteBound {
  readonly type: 'absolute';
  readonly text: string;
}

/**
 * The time a behavioral leaf looks at. `rounding` tells where a relative start falls: at the start of the unit
 * (`time_value`: the day, but the hour or minute for those units) or always of the day (`explicit_datetime`).
 */
export interface EventWindow {
  readonly from: RelativeBound | AbsoluteBound;
  /** Null: the end of today. */
  readonly to: RelativeBound | AbsoluteBound | null;
  readonly rounding: 'unit' | 'day';
}

/** Relative amounts stay below this, as PostHog's own check has it. */
const MAX_AMOUNT = 10_000;

const UNITS: Readonly<Record<string, RelativeBound['unit']>> = {
  s: 'second',
  M: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  m: 'month',
  y: 'year',
};

/** `-7d`, `7d`, `-3m` (months), `-2q` (13 weeks each); undefined when the text is not of that form. The sign is optional: always the past. */
function parseRelative(text: string): RelativeBound | undefined {
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

const HAS_OFFSET = /[zZ]$|[+-]\d{2}(:?\d{2})?$/;
const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;

export function isDateOnly(text: string): boolean {
  return DATE_ONLY.test(text);
}

export function hasOffset(text: string): boolean {
  return !isDateOnly(text) && HAS_OFFSET.test(text);
}

function isAbsolute(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) {
    return false;
  }
  try {
    if (hasOffset(text)) {
      Temporal.Instant.from(text);
    } else {
      Temporal.PlainDateTime.from(text);
    }
    return true;
  } catch {
    return false;
  }
}

function parseBound(leaf: JsonObject, field: string, path: string): RelativeBound | AbsoluteBound | null {
  const value = leaf[field];
  if (value === undefined || value === null) {
    return null;
  }
  const relative = typeof value === 'string' ? parseRelative(value) : undefined;
  if (relative !== undefined) {
    return relative;
  }
  if (typeof value === 'string' && isAbsolute(value)) {
    return { type: 'absolute', text: value };
  }
  throw new DefinitionError(
    join(path, field),
    `Expected a relative date (e.g., '-7d', '-3m') or an ISO 8601 date (e.g., '2024-01-15', '2024-01-15T10:30:00Z'). Got: ${shown(value)}`,
  );
}

/** Reads an interval field. @throws DefinitionError naming the field */
function intervalField(leaf: JsonObject, field: string, path: string): Interval {
  const value = leaf[field];
  const interval = INTERVALS.find((candidate) => candidate === value);
  if (interval === undefined) {
    throw new DefinitionError(
      join(path, field),
      `Invalid interval: ${shown(value)}. Expected one of: ${INTERVALS.join(', ')}.`,
    );
  }
  return interval;
}

/** `time_value` + `time_interval`, or `explicit_datetime` (+ `explicit_datetime_to`), which wins when both are given. */
export function parseEventWindow(leaf: JsonObject, path: string): EventWindow {
  const from = parseBound(leaf, 'explicit_datetime', path);
  const to = parseBound(leaf, 'explicit_datetime_to', path);
  if (from !== null) {
    return { from, to, rounding: 'day' };
  }
  if (leaf['time_value'] == null && leaf['time_interval'] == null) {
    throw new DefinitionError(path, 'A behavioral filter needs time_value and time_interval, or explicit_datetime.');
  }
  const amount = integerField(leaf, 'time_value', path, { min: 1, max: MAX_AMOUNT - 1 });
  return {
    from: { type: 'relative', amount, unit: intervalField(leaf, 'time_interval', path) },
    to: null,
    rounding: 'unit',
  };
}
