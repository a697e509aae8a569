import { type Instant, steadyUntil } from '#cohort-core';
import type { TimedLeaf } from '#persistence';

/** How often a leaf's edges move, the most urgent first: all the time, with the minute, the hour, the day of the project's clock. */
export const PACES = ['moment', 'minute', 'hour', 'day'] as const;
export type Pace = (typeof PACES)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A time of day that is the end of nothing: what stands still from there to the end of the day moves with the day. */
const SAMPLE = { hour: 10, minute: 30, second: 5, millisecond: 0, microsecond: 0, nanosecond: 0 };

/** The paces of leaves, by the clocks of their edges. Only what comes first is decided by them, so a day on which clocks are set may mislead. */
export class Paces {
  private byClock = new Map<string, Pace>();

  paceOf({ edges }: Pick<TimedLeaf, 'edges'>, at: Instant, timezone: string): Pace {
    const paces = edges.map((edge) => {
      const pace = this.byClock.get(edge.clock) ?? paceAt(edge, at.toZonedDateTimeISO(timezone).with(SAMPLE));
      this.byClock.set(edge.clock, pace);
      return pace;
    });
    return PACES.find((pace) => paces.includes(pace)) ?? 'day';
  }

  /** Those of other clocks are forgotten. */
  retain(clocks: ReadonlySet<string>): void {
    this.byClock = new Map([...this.byClock].filter(([clock]) => clocks.has(clock)));
  }
}

function paceAt(
  edge: Pick<TimedLeaf['edges'][number], 'placeAt'>,
  sample: ReturnType<Instant['toZonedDateTimeISO']>,
): Pace {
  const at = sample.toInstant();
  const restsMs = steadyUntil(edge, at, sample.timeZoneId).epochMilliseconds - at.epochMilliseconds;
  if (restsMs <= 0) {
    return 'moment';
  }
  if (restsMs <= MINUTE_MS) {
    return 'minute';
  }
  return restsMs <= HOUR_MS ? 'hour' : 'day';
}
