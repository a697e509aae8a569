import { before, instantOf, type Unit } from './calendar.js';
import type { Context } from './context.js';

const UNITS: Record<string, Unit> = {
  s: 'second',
  M: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  m: 'month',
  q: 'quarter',
  y: 'year',
};
const RELATIVE = /^-?(\d+)([sMhdwmqy])$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const LOOSE = /^([A-Z][a-z]+) (\d{1,2}), (\d{4})$/;
const MONTH_NAMES = 'January February March April May June July August September October November December'.split(' ');

export function isRelative(text: string): boolean {
  return RELATIVE.test(text);
}

/** A day without a time of day. */
export function isDateAlone(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) || LOOSE.test(text);
}

/** The date of a filter: `-7d` and `7d` are both the past. */
export function filterInstant(text: string, { at, timezone }: Context): number | undefined {
  const [, amount, letter] = RELATIVE.exec(text) ?? [];
  const unit = letter === undefined ? undefined : UNITS[letter];
  return unit === undefined ? absoluteInstant(text, timezone) : before(at, Number(amount), unit, timezone);
}

/** The date that a stored JSON value stands for: unix seconds as number or digits, or a written date. */
export function storedInstant(value: unknown, timezone: string): number | undefined {
  if (typeof value === 'number') {
    return value * 1000;
  }
  if (typeof value !== 'string') {
    return undefined;
  }
  return /^\d+$/.test(value) ? Number(value) * 1000 : absoluteInstant(value, timezone);
}

function absoluteInstant(text: string, timezone: string): number | undefined {
  const loose = LOOSE.exec(text);
  if (loose) {
    const month = MONTH_NAMES.findIndex((name) => name === loose[1]) + 1;
    return dateInstant([Number(loose[3]), month, Number(loose[2])], 0, undefined, timezone);
  }
  const iso = ISO.exec(text);
  if (!iso) {
    return undefined;
  }
  const [hour, minute, second] = [4, 5, 6].map((part) => Number(iso[part] ?? 0)) as [number, number, number];
  const ms = Number((iso[7] ?? '').padEnd(3, '0').slice(0, 3));
  const sound = hour < 24 && minute < 60 && second < 60;
  const time = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  return sound ? dateInstant([Number(iso[1]), Number(iso[2]), Number(iso[3])], time, iso[8], timezone) : undefined;
}

function dateInstant(
  [year, month, day]: [number, number, number],
  time: number,
  offset: string | undefined,
  timezone: string,
): number | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (month < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return undefined;
  }
  const wall = date.getTime() + time;
  return offset === undefined ? instantOf(wall, timezone) : wall - offsetMs(offset);
}

function offsetMs(offset: string): number {
  if (offset === 'Z') {
    return 0;
  }
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}
