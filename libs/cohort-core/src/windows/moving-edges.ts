import type { PropertyCondition } from '../definition/condition.js';
import { type AbsoluteDate, parseRelative, type RelativeDate } from '../definition/dates.js';
import type { EventWindow } from '../definition/event-window.js';
import {
  type EventLeaf,
  type EventMatcher,
  isEventLeaf,
  type Leaf,
  matchersOf,
  type RegularlyLeaf,
  type RestartedLeaf,
} from '../definition/filter-node.js';
import { OPERATORS } from '../definition/operators.js';
import { periodBorder, periodsStart } from './resolve-periods.js';
import { resolveQuiet, resolveRecent, resolveWindow } from './resolve-window.js';
import { exactInstant, resolveRollingWindow } from './rolling-window.js';
import { endOfToday, type Instant } from './zoned-time.js';

/** Where the facts lie that an edge can pass. */
export type FactPlace =
  | { readonly type: 'event'; readonly matchers: readonly EventMatcher[] }
  | { readonly type: 'event_property'; readonly matchers: readonly EventMatcher[]; readonly key: string }
  | { readonly type: 'person_property'; readonly key: string }
  | { readonly type: 'distinct_id' }
  | { readonly type: 'created_at' };

/**
 * A border in time that moves with the evaluation's now. Between two instants a and b the answer of the leaf can only change
 * for persons with a fact between the edge's places at a and at b.
 */
export interface MovingEdge {
  readonly facts: FactPlace;
  /** Edges with equal clocks are always at the same place. */
  readonly clock: string;
  placeAt(at: Instant, timezone: string): Instant;
}

type Place = Pick<MovingEdge, 'clock' | 'placeAt'>;

/** @param parameters everything that the place depends on, beside the instant and the timezone */
function place(kind: string, parameters: unknown, placeAt: MovingEdge['placeAt']): Place {
  return { clock: `${kind} ${JSON.stringify(parameters)}`, placeAt };
}

const TODAY = place('today', null, endOfToday);

/** Every edge of a leaf; none means that time alone never changes it. */
export function movingEdgesOf(leaf: Leaf): MovingEdge[] {
  if (isEventLeaf(leaf)) {
    const matchers = matchersOf(leaf);
    const places = eventPlaces(leaf).map((one): MovingEdge => ({ ...one, facts: { type: 'event', matchers } }));
    return [
      ...places,
      ...matchers.flatMap(({ filters }) => filters.flatMap((filter) => eventPropertyEdges(matchers, filter))),
    ];
  }
  switch (leaf.kind) {
    case 'person':
      return dateEdges(leaf, { type: 'person_property', key: leaf.key });
    case 'distinct_id':
      return dateEdges(leaf, { type: 'distinct_id' });
    case 'person_metadata':
      return relativePlaces(leaf).map((one) => ({ ...one, facts: { type: 'created_at' } }));
    case 'cohort':
      return [];
  }
}

/** The edges of a condition on a property of the events; an action's steps have such conditions too. */
export function eventPropertyEdges(matchers: readonly EventMatcher[], filter: PropertyCondition): MovingEdge[] {
  return dateEdges(filter, { type: 'event_property', matchers, key: filter.key });
}

function dateEdges(condition: PropertyCondition, facts: FactPlace): MovingEdge[] {
  return OPERATORS[condition.operator].operand === 'date'
    ? relativePlaces(condition).map((one) => ({ ...one, facts }))
    : [];
}

/** `now - delta`, for each relative value. */
function relativePlaces({ values }: PropertyCondition): Place[] {
  return values
    .map((value) => parseRelative(String(value)))
    .filter((date) => date !== undefined)
    .map((date) => place('exact', date, (at, timezone) => exactInstant(date, at, timezone)));
}

function eventPlaces(leaf: EventLeaf): Place[] {
  switch (leaf.kind) {
    case 'performed_event':
    case 'performed_event_sequence':
      return windowPlaces(leaf.window);
    case 'performed_event_multiple':
      return rollingPlaces(leaf.window);
    case 'performed_event_first_time':
      return [...windowPlaces(leaf.window), TODAY];
    case 'performed_event_regularly':
      return periodPlaces(leaf);
    case 'stopped_performing_event':
      return [...windowPlaces(leaf.window), TODAY, recentFrom(leaf.recent)];
    case 'restarted_performing_event':
      return [TODAY, recentFrom(leaf.recent), ...quietPlaces(leaf)];
  }
}

function recentFrom(recent: RelativeDate): Place {
  return place('recent from', recent, (at, timezone) => resolveRecent(recent, at, timezone).from);
}

function quietPlaces({ quietFrom, recent }: RestartedLeaf): Place[] {
  const quiet = { quietFrom, recent };
  return [
    place('quiet from', quiet, (at, timezone) => resolveQuiet(quietFrom, recent, at, timezone).from),
    place('quiet to', quiet, (at, timezone) => resolveQuiet(quietFrom, recent, at, timezone).to),
  ];
}

function moves(date: RelativeDate | AbsoluteDate | null): boolean {
  return date?.type !== 'absolute';
}

function windowPlaces(window: EventWindow): Place[] {
  const from = place('from', window, (at, timezone) => resolveWindow(window, at, timezone).from);
  const to = place('to', window.to, (at, timezone) => resolveWindow(window, at, timezone).to);
  return [...(moves(window.from) ? [from] : []), ...(moves(window.to) ? [to] : [])];
}

function rollingPlaces(window: EventWindow): Place[] {
  const after = place('after', window.from, (at, timezone) => resolveRollingWindow(window, at, timezone).after);
  const before = place('before', window.to, (at, timezone) => resolveRollingWindow(window, at, timezone).before);
  return [...(moves(window.from) ? [after] : []), ...(moves(window.to) ? [before] : [])];
}

/** Each border of the periods, one more than asked for (a start that is rounded down makes one), and the start of the first. */
function periodPlaces({ period, totalPeriods }: RegularlyLeaf): Place[] {
  const periods = { period, totalPeriods };
  const borders = Array.from({ length: totalPeriods + 2 }, (_, index) =>
    place('border', { period, index }, (at, timezone) => periodBorder(period, index, at, timezone)),
  );
  return [...borders, place('first border', periods, (at, timezone) => periodsStart(periods, at, timezone))];
}
