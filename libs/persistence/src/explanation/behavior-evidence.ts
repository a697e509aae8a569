import {
  bitmapOf,
  type EventLeaf,
  gapSeconds,
  type Instant,
  type Moment,
  resolvePeriods,
  resolveQuiet,
  resolveRecent,
  resolveRollingWindow,
  resolveWindow,
} from '#cohort-core';

import { Bindings } from '../leaf-sources/bindings.js';
import { rangeOf } from '../leaf-sources/event-leaf-sql.js';
import {
  eventRows,
  filtersPredicate,
  matchEventValues,
  occurrencePredicate,
  resolveMatcher,
} from '../leaf-sources/event-matching.js';
import type { OnePerson } from './one-person.js';

interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** The times that a behavioral leaf looks at. */
interface Windows {
  readonly window: Span;
  /** Of `stopped` and `restarted`. */
  readonly recent?: Span;
  /** Of `restarted`: nothing may have happened there. */
  readonly quiet?: Span;
}

interface DecidingEvent {
  readonly uuid: string;
  readonly event: string;
  readonly timestamp: Date;
}

/** What a person did that a leaf looks at. */
export interface BehaviorEvidence extends Windows {
  readonly type: 'behavior';
  /** Matching events in the window; of a sequence its first event. */
  readonly count: number;
  readonly first: Date | null;
  readonly last: Date | null;
  /** At most three, in order of time. */
  readonly events: readonly DecidingEvent[];
}

interface Row {
  readonly count: number;
  readonly first: Date | null;
  readonly last: Date | null;
  readonly events: readonly { readonly uuid: string; readonly event: string; readonly timestamp: string }[];
}

export async function behaviorEvidence(person: OnePerson, leaf: EventLeaf): Promise<BehaviorEvidence> {
  const windows = windowsOf(leaf, person);
  const bindings = new Bindings();
  const occurrences = await occurrencesSql(person, leaf, bindings);
  const instant = (value: Instant) => `${bindings.bind(value.toString())}::timestamptz`;
  // A rolling window holds neither of its ends, all others hold their start.
  const after = leaf.kind === 'performed_event_multiple' ? '>' : '>=';
  const { from, to } = windows.window;
  const text = `WITH occurrence AS MATERIALIZED (${occurrences}), step AS (
      SELECT *, max("timestamp") FILTER (WHERE is_named) OVER (
        ORDER BY "timestamp" RANGE BETWEEN UNBOUNDED PRECEDING AND '1 microsecond' PRECEDING) AS closest FROM occurrence
    ), deciding AS (${picksOf(leaf, windows, instant).map(pickSql).join(' UNION ')})
    SELECT count(*)::int AS count, min("timestamp") AS first, max("timestamp") AS last,
      (SELECT coalesce(json_agg(deciding ORDER BY "timestamp"), '[]') FROM deciding) AS events
    FROM step WHERE is_match AND "timestamp" ${after} ${instant(from)} AND "timestamp" < ${instant(to)}`;
  const result = await person.transaction.query<Row>(text, bindings.values);
  const { events = [], ...summary } = result.rows[0] ?? { count: 0, first: null, last: null };
  const deciding = events.map(({ timestamp, ...event }) => ({ ...event, timestamp: new Date(timestamp) }));
  return { type: 'behavior', ...windows, ...summary, events: deciding };
}

function windowsOf(leaf: EventLeaf, { at, timezone }: OnePerson): Windows {
  switch (leaf.kind) {
    case 'performed_event_multiple': {
      const { after, before } = resolveRollingWindow(leaf.window, at, timezone);
      return { window: { from: after, to: before } };
    }
    case 'performed_event_regularly': {
      const borders = resolvePeriods(leaf, at, timezone);
      return { window: { from: borders[0] ?? at, to: borders.at(-1) ?? at } };
    }
    case 'restarted_performing_event': {
      const quiet = spanOf(resolveQuiet(leaf.quietFrom, leaf.recent, at, timezone));
      const recent = spanOf(resolveRecent(leaf.recent, at, timezone));
      return { window: { from: quiet.from, to: recent.to }, recent, quiet };
    }
    case 'stopped_performing_event':
      return {
        window: spanOf(resolveWindow(leaf.window, at, timezone)),
        recent: spanOf(resolveRecent(leaf.recent, at, timezone)),
      };
    default:
      return { window: spanOf(resolveWindow(leaf.window, at, timezone)) };
  }
}

function spanOf({ from, to }: Span): Span {
  return { from, to };
}

/** Every event of the person that the leaf can look at, marked by the leaf's own predicates. */
async function occurrencesSql(person: OnePerson, leaf: EventLeaf, bindings: Bindings): Promise<string> {
  const { transaction, projectId, at, timezone, ordinal } = person;
  const within = bitmapOf([ordinal]);
  try {
    const moment: Moment = { at, timezone, within };
    const matcher = await resolveMatcher(transaction, projectId, leaf.matcher);
    const next =
      leaf.kind === 'performed_event_sequence'
        ? await resolveMatcher(transaction, projectId, leaf.next)
        : { branches: [], filters: [] };
    const where = { scope: { projectId, within: [ordinal] }, range: rangeOf(leaf, moment), moment };
    const matched = await matchEventValues(transaction, [matcher, next], where);
    const isNamed = occurrencePredicate(matcher, bindings, matched);
    const rows = eventRows([...matcher.branches, ...next.branches], where.scope, where.range, bindings);
    return `SELECT uuid, event, "timestamp", ${isNamed} AS is_named,
      ${isNamed} AND ${filtersPredicate(matcher, bindings, matched)} AS is_match,
      ${occurrencePredicate(next, bindings, matched)} AS is_next ${rows}`;
  } finally {
    within.dispose();
  }
}

/** Some of a person's events, the first ones in an order. */
interface Pick {
  readonly where: string;
  readonly order: 'ASC' | 'DESC';
  readonly limit: number;
}

function pickSql({ where, order, limit }: Pick): string {
  return `(SELECT uuid, event, "timestamp" FROM step WHERE ${where} ORDER BY "timestamp" ${order} LIMIT ${limit})`;
}

/** The events that decided. */
function picksOf(leaf: EventLeaf, { window, recent }: Windows, instant: (value: Instant) => string): Pick[] {
  switch (leaf.kind) {
    case 'performed_event_first_time':
      return [{ where: 'is_named', order: 'ASC', limit: 1 }];
    case 'performed_event_sequence':
      return sequencePicks(gapSeconds(leaf.gap));
    case 'restarted_performing_event': {
      const recentFrom = instant(recent?.from ?? window.from);
      return [
        { where: 'is_match', order: 'ASC', limit: 1 },
        { where: `is_match AND "timestamp" < ${recentFrom}`, order: 'DESC', limit: 1 },
        { where: `is_match AND "timestamp" >= ${recentFrom}`, order: 'ASC', limit: 1 },
      ];
    }
    case 'performed_event_multiple':
      return [{ where: `is_match AND "timestamp" > ${instant(window.from)}`, order: 'DESC', limit: 3 }];
    default:
      return [{ where: 'is_match', order: 'DESC', limit: 3 }];
  }
}

/** The earliest pair. @param seconds an integer of ours */
function sequencePicks(seconds: number): Pick[] {
  const isSecond = `is_next AND "timestamp" <= closest + ${seconds} * interval '1 second'`;
  const first = `SELECT closest FROM step WHERE ${isSecond} ORDER BY "timestamp" LIMIT 1`;
  return [
    { where: `is_named AND "timestamp" = (${first})`, order: 'ASC', limit: 1 },
    { where: isSecond, order: 'ASC', limit: 1 },
  ];
}
