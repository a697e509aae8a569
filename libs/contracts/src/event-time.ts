/** Clocks of devices run ahead; a day and a timezone are forgiven, more becomes the time of receipt. */
const MAX_AHEAD_MS = 23 * 3_600_000;
/** A day inside the years 1 to 9999, so that the local day exists in every timezone: year 0 does not, in PostgreSQL. */
const EARLIEST_MS = Date.parse('0001-01-02T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-30T00:00:00Z');

/** Whether an event can have happened then, as far as its receipt tells. The gateway and ingestion decide by this one rule. */
export function isPossibleEventTime(timeMs: number, receivedAtMs: number): boolean {
  return timeMs >= EARLIEST_MS && timeMs <= LATEST_MS && timeMs - receivedAtMs <= MAX_AHEAD_MS;
}
