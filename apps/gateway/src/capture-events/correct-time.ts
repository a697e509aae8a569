import { isPossibleEventTime } from '#contracts';

const MAX_TEXT = 64;
const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** What a client says about when an event happened, by its own clock. */
export interface ClientTimes {
  readonly timestamp: Date | undefined;
  /** When the client sent the request; undefined: its clock is trusted. */
  readonly sentAt: Date | undefined;
  /** Milliseconds that the event had already waited when it was sent. */
  readonly offsetMs: number | undefined;
}

/**
 * When the event happened by our clock, as PostHog reckons it: the time between event and sending is right even on a clock that is
 * wrong. What cannot be, or lies more than 23 hours ahead, becomes the time of receipt.
 */
export function correctTime(client: ClientTimes, receivedAt: Date): Date {
  const corrected = reckon(client, receivedAt.getTime());
  return isPossibleEventTime(corrected, receivedAt.getTime()) ? new Date(corrected) : receivedAt;
}

function reckon({ timestamp, sentAt, offsetMs }: ClientTimes, receivedAt: number): number {
  if (offsetMs !== undefined) {
    return receivedAt - offsetMs;
  }
  if (timestamp === undefined) {
    return receivedAt;
  }
  return sentAt === undefined ? timestamp.getTime() : receivedAt + (timestamp.getTime() - sentAt.getTime());
}

/** An ISO 8601 date or instant, UTC when it names no offset; undefined when it is none. */
export function parseInstant(value: unknown): Date | undefined {
  const match = typeof value === 'string' && value.length <= MAX_TEXT ? ISO_8601.exec(value.trim()) : null;
  if (match === null) {
    return undefined;
  }
  const [, day = '', time = '00:00', zone = 'Z'] = match;
  const date = new Date(`${day}T${time.replace(',', '.')}${zone.toUpperCase()}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
