import type { Temporal } from 'temporal-polyfill';

import type { RegularlyLeaf } from '../definition/filter-node.js';
import { endOfDay, type Instant, startOf } from './zoned-time.js';

/**
 * The borders of the periods of `performed_event_regularly`, ascending: period i is [borders[i], borders[i + 1]). The last
 * border is the start of today: today is in no period. The first period is the earliest; where its start is rounded down to the
 * start of a week (Sunday) or month, a few older events may make one period more than asked for.
 */
export function resolvePeriods(
  leaf: Pick<RegularlyLeaf, 'period' | 'totalPeriods'>,
  at: Instant,
  timezone: string,
): Instant[] {
  const { amount, unit } = inPlainUnits(leaf.period);
  const today = at.toZonedDateTimeISO(timezone);
  const lowest = lowerBound(today.subtract({ [`${unit}s`]: amount * leaf.totalPeriods }), unit);
  const borders: Instant[] = [];
  for (let index = 0; ; index += 1) {
    const border = borderBefore(today, index * amount, unit);
    if (border.epochNanoseconds <= lowest.epochNanoseconds) {
      return [lowest, ...borders.reverse()];
    }
    borders.push(border);
  }
}

type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';

function inPlainUnits({ amount, unit }: RegularlyLeaf['period']): { amount: number; unit: Unit } {
  return unit === 'year' ? { amount: amount * 12, unit: 'month' } : { amount, unit };
}

const DAYS_PER_WEEK = 7;

function lowerBound(moment: Temporal.ZonedDateTime, unit: Unit): Instant {
  if (unit === 'week') {
    // Temporal's week begins on Monday (1); ours on Sunday.
    return startOf(moment.subtract({ days: moment.dayOfWeek % DAYS_PER_WEEK }), 'day');
  }
  return startOf(unit === 'month' ? moment.with({ day: 1 }) : moment, 'day');
}

/** The first instant that is fewer than so many full units before the end of yesterday. */
function borderBefore(today: Temporal.ZonedDateTime, units: number, unit: Unit): Instant {
  if (unit === 'hour' || unit === 'minute') {
    return startOf(today, 'day').subtract({ [`${unit}s`]: units });
  }
  const yesterday = today.toPlainDate().subtract({ days: 1 });
  return endOfDay(yesterday.subtract({ [`${unit}s`]: units }).toZonedDateTime(today.timeZoneId));
}
