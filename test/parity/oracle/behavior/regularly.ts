import { DAY, HOUR, MINUTE, startOfDay, startOfWallDay, wallAt } from '../calendar.js';
import type { Context } from '../context.js';
import type { BehaviorFilter } from '../filter-shapes.js';
import { isWithin, regularWindow } from '../windows.js';
import { countPasses } from './count.js';
import { type History, instantsOf, mainEntity } from './history.js';

/** A year is twelve months. */
function periodOf(leaf: BehaviorFilter): { amount: number; unit: string } {
  const amount = Number(leaf.time_value);
  return leaf.time_interval === 'year'
    ? { amount: amount * 12, unit: 'month' }
    : { amount, unit: leaf.time_interval ?? 'day' };
}

/** How many whole units lie between the event and the last moment of yesterday. */
function wholeUnits(instant: number, unit: string, { at, timezone }: Context): number {
  const today = startOfDay(at, timezone);
  if (unit === 'hour' || unit === 'minute') {
    return Math.floor((today - 1 - instant) / (unit === 'hour' ? HOUR : MINUTE));
  }
  const yesterday = startOfWallDay(wallAt(today - 1, timezone));
  const day = startOfWallDay(wallAt(instant, timezone));
  const days = (yesterday - day) / DAY;
  if (unit === 'month') {
    return wholeMonths(new Date(day), new Date(yesterday));
  }
  return unit === 'week' ? Math.floor(days / 7) : days;
}

function wholeMonths(day: Date, yesterday: Date): number {
  const months = (yesterday.getUTCFullYear() - day.getUTCFullYear()) * 12 + yesterday.getUTCMonth() - day.getUTCMonth();
  return yesterday.getUTCDate() < day.getUTCDate() ? months - 1 : months;
}

/** Periods without an event do not exist, so they satisfy nothing. */
export function performedRegularly(leaf: BehaviorFilter, history: History): boolean {
  const { context } = history;
  const { amount, unit } = periodOf(leaf);
  const window = regularWindow(amount * Number(leaf.total_periods), unit, context);
  const counts = new Map<number, number>();
  for (const instant of instantsOf(history, mainEntity(leaf)).filter((one) => isWithin(one, window))) {
    const period = Math.floor(wholeUnits(instant, unit, context) / amount);
    counts.set(period, (counts.get(period) ?? 0) + 1);
  }
  const good = [...counts.values()].filter((count) => countPasses(count, leaf.operator, leaf.operator_value));
  return good.length >= Number(leaf.min_periods);
}
