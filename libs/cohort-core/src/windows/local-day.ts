import { Temporal } from 'temporal-polyfill';

/** Every offset in use since 1972 changes on a quarter of an hour, so one look-up serves all instants of a quarter. */
const QUARTER_MS = 900_000;
/** About a year of quarters; a bound, so that imported history cannot grow the memory for ever. */
const MAX_CACHED = 40_000;

const caches = new Map<string, Map<number, string>>();

/** The instant's calendar day in the timezone, `YYYY-MM-DD`: the day that windows of days are made of. */
export function localDay(instant: Date, timezone: string): string {
  const quarter = Math.floor(instant.getTime() / QUARTER_MS);
  const cache = cacheOf(timezone);
  const known = cache.get(quarter);
  if (known !== undefined) {
    return known;
  }
  const day = Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER_MS)
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
    .toString();
  if (cache.size >= MAX_CACHED) {
    cache.clear();
  }
  cache.set(quarter, day);
  return day;
}

function cacheOf(timezone: string): Map<number, string> {
  let cache = caches.get(timezone);
  if (cache === undefined) {
    cache = new Map();
    caches.set(timezone, cache);
  }
  return cache;
}
