import type { RegularlyLeaf } from '../definition/filter-node.js';
import { endOfDay, type Instant, startOf } from './zoned-time.js';

type Periods = Pick<RegularlyLeaf, 'period' | 'totalPeriods'>;

/**
 * The borders of the periods of `performed_event_regularly`, ascending: period i is [borders[i], borders[i + 1]). The last
 * border is the start of today: today is in no period. The first period is the earliest; where its start is rounded down to the
 * start of a week (Sunday) or month, a few older events may make one period more than asked for.
 */
export function resolvePeriods(leaf: Periods, at: Instant, timezone: string): Instant[] {
  const start = periodsStart(leaf, at, timezone);
  const borders: Instant[] = [];
  for (let index = 0; ; index += 1) {
    const border = periodBorder(leaf.period, index, at, timezone);
    if (border.epochNanoseconds <= start.epochNanoseconds) {
      return [start, ...borders.reverse()];
    }
    borders.push(border);
  }
}

/** Where the first of the periods starts. */
export function periodsStart(leaf: Periods, at: Instant, timezone: string): Instant {
  const { amount, unit } = inPlainUnits(leaf.period);
  const moment = at.toZonedDateTimeISO(timezone).subtract({ [`${unit}s`]: amount * leaf.totalPeriods });
  if (unit === 'week') {
    // Temporal's week begins on Monday (1); ours on Sunday.
    return startOf(moment.subtract({ days: moment.dayOfWeek % DAYS_PER_WEEK }), 'day');
  }
  return startOf(unit === 'month' ? moment.with({ day: 1 }) : moment, 'day');
}

/** The end of the period `index` periods before the newest: the first instant with fewer full units to the end of yesterday. */
export function periodBorder(period: RegularlyLeaf['period'], index: number, at: Instant, timezone: string): Instant {
  const { amount, unit } = inPlainUnits(period);
  const today = at.toZonedDateTimeISO(timezone);
  const units = { [`${unit}s`]: index * amount };
  if (unit === 'hour' || unit === 'minute') {
    return startOf(today, 'day').subtract(units);
  }
  const yesterday = today.toPlainDate().subtract({ days: 1 });
  return endOfDay(yesterday.subtract(units).toZonedDateTime(timezone));
}

type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';

function inPlainUnits({ amount, unit }: RegularlyLeaf['period']): { amount: number; unit: Unit } {
  return unit === 'year' ? { amount: amount * 12, unit: 'month' } : { amount, unit };
}

const DAYS_PER_WEEK = 7;
