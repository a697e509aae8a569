import {
  type CountOperator,
  endOfToday,
  type EventLeaf,
  type FirstTimeLeaf,
  gapSeconds,
  type Instant,
  type Moment,
  type PerformedEventLeaf,
  type PerformedMultipleLeaf,
  type RegularlyLeaf,
  resolvePeriods,
  resolveQuiet,
  resolveRecent,
  resolveRollingWindow,
  resolveWindow,
  type RestartedLeaf,
  type SequenceLeaf,
  type StoppedLeaf,
} from '#cohort-core';

import type { Bindings } from './bindings.js';
import type { TimeRange } from './event-matching.js';

/** What a leaf's statement is made of. */
export interface EventSql {
  readonly moment: Moment;
  readonly bindings: Bindings;
  /** `FROM event WHERE ...` of the leaf's range. */
  readonly rows: string;
  /** Whether a row is an occurrence of what the leaf names. */
  readonly isOccurrence: string;
  /** Whether it meets the leaf's own conditions too. */
  readonly meetsFilters: string;
  /** Whether a row is the second event of a sequence. */
  readonly isNext: string;
}

export const COMPARISONS: Readonly<Record<CountOperator, string>> = { gte: '>=', lte: '<=', gt: '>', lt: '<', eq: '=' };

/** The times of the events that a leaf has to look at; outside of it nothing can matter. */
export function rangeOf(leaf: EventLeaf, { at, timezone }: Moment): TimeRange {
  switch (leaf.kind) {
    case 'performed_event_multiple': {
      const { after, before } = resolveRollingWindow(leaf.window, at, timezone);
      return { from: after, to: before };
    }
    case 'performed_event_regularly': {
      const borders = resolvePeriods(leaf, at, timezone);
      return { from: borders[0] ?? at, to: borders.at(-1) ?? at };
    }
    case 'restarted_performing_event':
      return { from: null, to: resolveRecent(leaf.recent, at, timezone).to };
    case 'performed_event_first_time':
      // The first occurrence is looked for up to the end of today, however far the window reaches.
      return { from: null, to: earlier(resolveWindow(leaf.window, at, timezone).to, endOfToday(at, timezone)) };
    case 'stopped_performing_event':
      return {
        from: resolveWindow(leaf.window, at, timezone).from,
        to: later(resolveWindow(leaf.window, at, timezone).to, endOfToday(at, timezone)),
      };
    default:
      return resolveWindow(leaf.window, at, timezone);
  }
}

function earlier(a: Instant, b: Instant): Instant {
  return a.epochNanoseconds < b.epochNanoseconds ? a : b;
}

function later(a: Instant, b: Instant): Instant {
  return a.epochNanoseconds > b.epochNanoseconds ? a : b;
}

/** A SELECT of the ordinals whose events meet the leaf. */
export function selectPersons(leaf: EventLeaf, sql: EventSql): string {
  switch (leaf.kind) {
    case 'performed_event':
      return performed(leaf, sql);
    case 'performed_event_multiple':
      return performedMultiple(leaf, sql);
    case 'performed_event_first_time':
      return firstTime(leaf, sql);
    case 'performed_event_sequence':
      return sequence(leaf, sql);
    case 'performed_event_regularly':
      return regularly(leaf, sql);
    case 'stopped_performing_event':
      return stopped(leaf, sql);
    case 'restarted_performing_event':
      return restarted(leaf, sql);
  }
}

/** A parameter. */
export function instant(value: { toString(): string }, bindings: Bindings): string {
  return `${bindings.bind(value.toString())}::timestamptz`;
}

function performed(_leaf: PerformedEventLeaf, { rows, isOccurrence, meetsFilters }: EventSql): string {
  return `SELECT DISTINCT ordinal ${rows} AND ${isOccurrence} AND ${meetsFilters}`;
}

/** The window excludes its first instant, which a range of rows includes. */
function performedMultiple(
  leaf: PerformedMultipleLeaf,
  { rows, isOccurrence, meetsFilters, bindings, moment }: EventSql,
): string {
  const { after } = resolveRollingWindow(leaf.window, moment.at, moment.timezone);
  return `SELECT ordinal ${rows} AND "timestamp" > ${instant(after, bindings)} AND ${isOccurrence} AND ${meetsFilters}
    GROUP BY ordinal HAVING count(*) ${COMPARISONS[leaf.count.operator]} ${bindings.bind(leaf.count.value)}::bigint`;
}

/** The filters are asked of the very first occurrence, not of the first that meets them; of equal instants any will do. */
function firstTime(leaf: FirstTimeLeaf, { rows, isOccurrence, meetsFilters, bindings, moment }: EventSql): string {
  const { from } = resolveWindow(leaf.window, moment.at, moment.timezone);
  return `SELECT DISTINCT ordinal FROM (
      SELECT ordinal, "timestamp", (${meetsFilters}) AS is_match, rank() OVER (PARTITION BY ordinal ORDER BY "timestamp") AS place
      ${rows} AND ${isOccurrence}
    ) AS occurrence WHERE place = 1 AND is_match AND "timestamp" >= ${instant(from, bindings)}`;
}

/** For each second event the closest first one strictly before it: one pass, however many events a person has. */
function sequence(leaf: SequenceLeaf, { rows, isOccurrence, isNext, bindings }: EventSql): string {
  const seconds = bindings.bind(gapSeconds(leaf.gap));
  return `SELECT DISTINCT ordinal FROM (
      SELECT ordinal, "timestamp", is_next, max("timestamp") FILTER (WHERE is_match) OVER (
        PARTITION BY ordinal ORDER BY "timestamp" RANGE BETWEEN UNBOUNDED PRECEDING AND '1 microsecond' PRECEDING) AS closest
      FROM (SELECT ordinal, "timestamp", ${isOccurrence} AS is_match, ${isNext} AS is_next ${rows}) AS occurrence
    ) AS step WHERE is_next AND "timestamp" <= closest + ${seconds}::bigint * interval '1 second'`;
}

function regularly(leaf: RegularlyLeaf, { rows, isOccurrence, meetsFilters, bindings, moment }: EventSql): string {
  const borders = resolvePeriods(leaf, moment.at, moment.timezone).map((border) => border.toString());
  return `SELECT ordinal FROM (
      SELECT ordinal, width_bucket("timestamp", ${bindings.bind(borders)}::timestamptz[]) AS period ${rows} AND ${isOccurrence} AND ${meetsFilters}
      GROUP BY 1, 2 HAVING count(*) ${COMPARISONS[leaf.count.operator]} ${bindings.bind(leaf.count.value)}::bigint
    ) AS busy GROUP BY ordinal HAVING count(*) >= ${bindings.bind(leaf.minPeriods)}::bigint`;
}

function stopped(leaf: StoppedLeaf, sql: EventSql): string {
  const { until, isRecent } = stoppedParts(leaf, sql);
  return `SELECT ordinal ${sql.rows} AND ${sql.isOccurrence} AND ${sql.meetsFilters} GROUP BY ordinal
    HAVING bool_or("timestamp" < ${until}) AND NOT bool_or(${isRecent})`;
}

export function stoppedParts(
  leaf: StoppedLeaf,
  { bindings, moment: { at, timezone } }: Pick<EventSql, 'bindings' | 'moment'>,
): { until: string; isRecent: string } {
  const recent = resolveRecent(leaf.recent, at, timezone);
  return {
    until: instant(resolveWindow(leaf.window, at, timezone).to, bindings),
    isRecent: `"timestamp" >= ${instant(recent.from, bindings)} AND "timestamp" < ${instant(recent.to, bindings)}`,
  };
}

function restarted(leaf: RestartedLeaf, sql: EventSql): string {
  const { recentFrom, isQuiet } = restartedParts(leaf, sql);
  return `SELECT ordinal ${sql.rows} AND ${sql.isOccurrence} AND ${sql.meetsFilters} GROUP BY ordinal
    HAVING min("timestamp") < ${recentFrom} AND bool_or("timestamp" >= ${recentFrom}) AND NOT bool_or(${isQuiet})`;
}

export function restartedParts(
  leaf: RestartedLeaf,
  { bindings, moment: { at, timezone } }: Pick<EventSql, 'bindings' | 'moment'>,
): { recentFrom: string; isQuiet: string } {
  const recent = resolveRecent(leaf.recent, at, timezone);
  const quiet = resolveQuiet(leaf.quietFrom, leaf.recent, at, timezone);
  return {
    recentFrom: instant(recent.from, bindings),
    isQuiet: `"timestamp" >= ${instant(quiet.from, bindings)} AND "timestamp" < ${instant(quiet.to, bindings)}`,
  };
}
