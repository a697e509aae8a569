import type { Interval } from '../definition/dates.js';

const SECONDS: Readonly<Record<Interval, number>> = {
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 30 * 86_400,
  year: 365 * 86_400,
};

/** The longest time between the two events of a sequence; a month is 30 days, a year 365. */
export function gapSeconds(gap: { readonly amount: number; readonly unit: Interval }): number {
  return gap.amount * SECONDS[gap.unit];
}
