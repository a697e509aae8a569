import { before, DAY, HOUR, instantOf, MINUTE, startOfWallDay, type Unit, wallAt } from '../oracle/calendar.js';

/** A timezone and an instant in it near which the calendar is odd. */
export interface Place {
  timezone: string;
  /** ISO 8601. Histories and questions gather around it. */
  focus: string;
}

/** Changes of the clock, ends of months, a leap day, the turn of a year, and an ordinary week. */
export const PLACES: Place[] = [
  { timezone: 'UTC', focus: '2026-02-15T12:00:00.000Z' },
  { timezone: 'UTC', focus: '2024-02-29T10:00:00.000Z' },
  { timezone: 'Europe/Berlin', focus: '2026-03-29T08:00:00.000Z' },
  { timezone: 'Europe/Berlin', focus: '2026-10-25T01:30:00.000Z' },
  { timezone: 'America/Sao_Paulo', focus: '2018-11-04T03:00:00.000Z' },
  { timezone: 'America/Sao_Paulo', focus: '2018-02-18T02:30:00.000Z' },
  { timezone: 'America/New_York', focus: '2026-03-08T07:30:00.000Z' },
  { timezone: 'America/New_York', focus: '2026-11-01T06:15:00.000Z' },
  { timezone: 'Asia/Kathmandu', focus: '2026-03-31T18:14:59.999Z' },
  { timezone: 'Asia/Kathmandu', focus: '2025-12-31T18:15:00.000Z' },
  { timezone: 'Australia/Lord_Howe', focus: '2026-04-04T15:10:00.000Z' },
  { timezone: 'Australia/Lord_Howe', focus: '2026-10-03T15:30:00.000Z' },
];

/** An instant told from a place, so that it shrinks well and lands on edges often. */
export type When =
  | { from: 'midnight'; days: number; jitter: number }
  | { from: 'focus'; amount: number; unit: Unit; jitter: number }
  | { from: 'anywhere'; days: number; ms: number };

/** Milliseconds since 1970. Negative days and amounts lie ahead of the focus. */
export function instantAt(when: When, { timezone, focus }: Place): number {
  const origin = Date.parse(focus);
  switch (when.from) {
    case 'midnight':
      return instantOf(startOfWallDay(wallAt(origin, timezone)) - when.days * DAY, timezone) + when.jitter;
    case 'focus':
      return before(origin, when.amount, when.unit, timezone) + when.jitter;
    case 'anywhere':
      return origin - when.days * DAY - when.ms;
  }
}

export const JITTERS = [0, 0, 0, -1, 1, -1000, 4999, 5000, 30 * MINUTE, -30 * MINUTE, HOUR, -HOUR, 10 * HOUR];
