import type { JsonObject } from '#contracts';

import {
  type AbsoluteDate,
  type Interval,
  INTERVALS,
  isAbsoluteDate,
  MAX_AMOUNT,
  parseRelative,
  type RelativeDate,
} from './dates.js';
import { DefinitionError, join, shown } from './definition-error.js';
import { integerField } from './fields.js';

/**
 * The time a behavioral leaf looks at. `rounding` tells where a relative start falls: at the start of the unit
 * (`time_value`: the day, but the hour or minute for those units) or always of the day (`explicit_datetime`).
 */
export interface EventWindow {
  readonly from: RelativeDate | AbsoluteDate;
  /** Null: the end of today. */
  readonly to: RelativeDate | AbsoluteDate | null;
  readonly rounding: 'unit' | 'day';
}

function parseBound(leaf: JsonObject, field: string, path: string): RelativeDate | AbsoluteDate | null {
  const value = leaf[field];
  if (value === undefined || value === null) {
    return null;
  }
  const relative = typeof value === 'string' ? parseRelative(value) : undefined;
  if (relative !== undefined) {
    return relative;
  }
  if (typeof value === 'string' && isAbsoluteDate(value)) {
    return { type: 'absolute', text: value };
  }
  throw new DefinitionError(
    join(path, field),
    `Expected a relative date (e.g., '-7d', '-3m') or an ISO 8601 date (e.g., '2024-01-15', '2024-01-15T10:30:00Z'). Got: ${shown(value)}`,
  );
}

/** Reads an interval field. @throws DefinitionError naming the field */
export function intervalField(leaf: JsonObject, field: string, path: string): Interval {
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
