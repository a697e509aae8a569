/** Clocks of devices run ahead; a day and a timezone are forgiven, more becomes the receipt time (docs/invariants.md). */
const MAX_AHEAD_MS = 23 * 3_600_000;
/** Before this year ISO text needs a sign that PostgreSQL does not read. */
const FIRST_YEAR_MS = Date.parse('0001-01-01T00:00:00Z');
const HAS_TIME = /T|\s/;
const HAS_ZONE = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i;

/**
 * When the event happened. What cannot be read, lies before year 1 or more than 23 h ahead of receipt becomes the receipt time.
 * @param timestamp ISO 8601; without an offset it means UTC, wherever this process runs
 */
export function eventTime(timestamp: string | undefined, receivedAt: Date): Date {
  if (timestamp === undefined) {
    return receivedAt;
  }
  const isLocal = HAS_TIME.test(timestamp) && !HAS_ZONE.test(timestamp);
  const time = Date.parse(isLocal ? `${timestamp}Z` : timestamp);
  const isUsable = time >= FIRST_YEAR_MS && time <= receivedAt.getTime() + MAX_AHEAD_MS;
  return isUsable ? new Date(time) : receivedAt;
}

/** When the gateway took the event; of a message by another team, the time of the record. */
export function receiptTime(receivedAt: string | undefined, recordTime: Date): Date {
  const time = receivedAt === undefined ? NaN : Date.parse(receivedAt);
  return Number.isNaN(time) ? recordTime : new Date(time);
}
