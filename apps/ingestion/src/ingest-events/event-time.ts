import { isPossibleEventTime } from '#contracts';

const HAS_TIME = /T|\s/;
const HAS_ZONE = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i;

/**
 * When the event happened. What cannot be read or cannot have happened becomes the receipt time.
 * @param timestamp ISO 8601; without an offset it means UTC, wherever this process runs
 */
export function eventTime(timestamp: string | undefined, receivedAt: Date): Date {
  if (timestamp === undefined) {
    return receivedAt;
  }
  const isLocal = HAS_TIME.test(timestamp) && !HAS_ZONE.test(timestamp);
  const time = Date.parse(isLocal ? `${timestamp}Z` : timestamp);
  return isPossibleEventTime(time, receivedAt.getTime()) ? new Date(time) : receivedAt;
}

/** When the gateway took the event; of a message by another team, the time of the record. */
export function receiptTime(receivedAt: string | undefined, recordTime: Date): Date {
  const time = receivedAt === undefined ? NaN : Date.parse(receivedAt);
  return Number.isNaN(time) ? recordTime : new Date(time);
}
