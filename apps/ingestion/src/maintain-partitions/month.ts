/** A calendar month in UTC: the range of one partition of `event`. */
export interface Month {
  /** Name of the partition, `event_2026_03`. */
  readonly partition: string;
  /** YYYY-MM-DD, inclusive. */
  readonly from: string;
  /** YYYY-MM-DD, exclusive. */
  readonly to: string;
}

/** The longest relative window, a year, and the month it begins in. */
const MONTHS_BACK = 13;
/** Time enough to notice that nobody makes them any more. */
const MONTHS_AHEAD = 2;

/** The months that must have partitions at `now`, oldest first. */
export function neededMonths(now: Date): Month[] {
  return Array.from({ length: MONTHS_BACK + 1 + MONTHS_AHEAD }, (_, index) => monthAt(now, index - MONTHS_BACK));
}

function monthAt(now: Date, offset: number): Month {
  const from = firstDay(now, offset);
  return { partition: `event_${from.slice(0, 4)}_${from.slice(5, 7)}`, from, to: firstDay(now, offset + 1) };
}

function firstDay(now: Date, offset: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString().slice(0, 10);
}
