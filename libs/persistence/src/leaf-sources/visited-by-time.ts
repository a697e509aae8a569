import {
  type Bitmap,
  bitmapOf,
  type EventMatcher,
  eventPropertyEdges,
  type FactPlace,
  type Instant,
  type Leaf,
  matchersOf,
  type MovingEdge,
  movingEdgesOf,
  storedInstant,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { resolveMatcher } from './event-matching.js';
import { filterStored } from './match-values.js';
import { readOrdinalSets } from './ordinal-sets.js';

/** A stretch of time (a, b] in a project. */
export interface Sweep {
  readonly projectId: number;
  readonly timezone: string;
  readonly after: Instant;
  readonly upTo: Instant;
}

/** Dates among stored values are found by looking through all of them (seconds for a million persons); all other facts have an index. */
export function isStoredDate(facts: FactPlace): facts is DatePlace {
  return facts.type === 'person_property' || facts.type === 'event_property' || facts.type === 'distinct_id';
}

/**
 * The persons whom the passing of time may let into the leaf, or out of it: those with a fact between an edge's two places. A
 * superset; who is really in, the evaluator says. The caller disposes of the bitmap.
 * @param looks only edges over such facts
 */
export async function visitedByTime(
  client: Transaction,
  leaf: Leaf,
  sweep: Sweep,
  looks: (facts: FactPlace) => boolean = () => true,
): Promise<Bitmap> {
  const visited = bitmapOf();
  const edges = await edgesOf(client, leaf, sweep);
  for (const edge of edges.filter(({ facts }) => looks(facts))) {
    const places = [edge.placeAt(sweep.after, sweep.timezone), edge.placeAt(sweep.upTo, sweep.timezone)] as const;
    if (places[0].epochNanoseconds === places[1].epochNanoseconds) {
      continue;
    }
    const [from, to] =
      places[0].epochNanoseconds < places[1].epochNanoseconds ? places : ([places[1], places[0]] as const);
    const found = await personsWithFacts(client, edge.facts, { ...sweep, from, to });
    visited.orInPlace(found);
    found.dispose();
  }
  return visited;
}

/** Every moving edge of the leaf, those of the actions it names included. */
export async function edgesOf(
  client: Transaction,
  leaf: Leaf,
  project: Pick<Sweep, 'projectId'>,
): Promise<MovingEdge[]> {
  return [...movingEdgesOf(leaf), ...(await actionEdges(client, leaf, project))];
}

/** Dates in the conditions of an action's steps move too; only the database knows the steps. */
async function actionEdges(
  client: Transaction,
  leaf: Leaf,
  { projectId }: Pick<Sweep, 'projectId'>,
): Promise<MovingEdge[]> {
  const matchers = matchersOf(leaf);
  const edges: MovingEdge[] = [];
  for (const matcher of matchers.filter(({ type }) => type === 'actions')) {
    const { branches } = await resolveMatcher(client, projectId, matcher);
    edges.push(...branches.flatMap(({ filters }) => filters.flatMap((filter) => eventPropertyEdges(matchers, filter))));
  }
  return edges;
}

interface Stretch {
  readonly projectId: number;
  readonly timezone: string;
  readonly from: Instant;
  readonly to: Instant;
}

async function personsWithFacts(client: Transaction, facts: FactPlace, stretch: Stretch): Promise<Bitmap> {
  switch (facts.type) {
    case 'event':
      return await byEvents(client, facts.matchers, stretch);
    case 'created_at':
      return await byCreation(client, stretch);
    default:
      return await byDates(client, stretch, await dateRowsOf(client, facts, stretch.projectId));
  }
}

/** The events that the matchers can mean. */
export async function eventNames(
  client: Transaction,
  matchers: readonly EventMatcher[],
  projectId: number,
): Promise<string[]> {
  const resolved = await Promise.all(matchers.map((matcher) => resolveMatcher(client, projectId, matcher)));
  return [...new Set(resolved.flatMap(({ branches }) => branches.map(({ event }) => event)))];
}

/** The places themselves are included: a window may hold its border or not. */
async function byEvents(client: Transaction, matchers: readonly EventMatcher[], stretch: Stretch): Promise<Bitmap> {
  const bindings = new Bindings();
  const names = bindings.bind(await eventNames(client, matchers, stretch.projectId));
  return only(
    client,
    `SELECT array_agg(ordinal) FROM (
       SELECT DISTINCT ordinal FROM event WHERE project_id = ${bindings.bind(stretch.projectId)} AND event = ANY(${names}::text[])
         AND ordinal IS NOT NULL AND "timestamp" BETWEEN ${bindings.bind(stretch.from.toString())}::timestamptz
         AND ${bindings.bind(stretch.to.toString())}::timestamptz
     ) AS person GROUP BY ordinal >> 16`,
    bindings,
  );
}

async function byCreation(client: Transaction, stretch: Stretch): Promise<Bitmap> {
  const bindings = new Bindings();
  return only(
    client,
    `SELECT array_agg(ordinal) FROM person WHERE project_id = ${bindings.bind(stretch.projectId)}
       AND created_at BETWEEN ${bindings.bind(stretch.from.toString())}::timestamptz
       AND ${bindings.bind(stretch.to.toString())}::timestamptz GROUP BY ordinal >> 16`,
    bindings,
  );
}

/** Rows with an ordinal that hold dates among their values: FROM and WHERE, and a jsonb expression over a row. */
export type DateRows = (bindings: Bindings) => { readonly from: string; readonly value: string };
/** Where dates are stored that an edge can pass. */
export type DatePlace = Extract<FactPlace, { type: 'person_property' | 'event_property' | 'distinct_id' }>;

export async function dateRowsOf(client: Transaction, place: DatePlace, projectId: number): Promise<DateRows> {
  switch (place.type) {
    case 'person_property':
      return (bindings) => ({
        from: `person WHERE project_id = ${bindings.bind(projectId)}`,
        value: `(properties -> ${bindings.bind(place.key)}::text)`,
      });
    case 'distinct_id':
      return (bindings) => ({
        from: `person_distinct_id WHERE project_id = ${bindings.bind(projectId)}`,
        value: 'to_jsonb(distinct_id)',
      });
    case 'event_property': {
      const names = await eventNames(client, place.matchers, projectId);
      return (bindings) => ({
        from: `event WHERE ordinal IS NOT NULL AND project_id = ${bindings.bind(projectId)} AND event = ANY(${bindings.bind(names)}::text[])`,
        value: `(properties -> ${bindings.bind(place.key)}::text)`,
      });
    }
  }
}

/** Stored dates are read by our own code, so their distinct values are looked through. */
async function byDates(client: Transaction, stretch: Stretch, rowsOf: DateRows): Promise<Bitmap> {
  const listing = new Bindings();
  const listed = rowsOf(listing);
  const passed = await filterStored(
    client,
    { value: listed.value, rows: `FROM ${listed.from}`, bindings: listing },
    (stored) => isBetween(storedInstant(stored, stretch.timezone), stretch),
  );
  const bindings = new Bindings();
  const { from, value } = rowsOf(bindings);
  return only(
    client,
    `SELECT array_agg(ordinal) FROM (SELECT DISTINCT ordinal FROM ${from} AND ${value} = ANY(${bindings.bind(passed)}::jsonb[]))
     AS person GROUP BY ordinal >> 16`,
    bindings,
  );
}

function isBetween(instant: Instant | undefined, { from, to }: Stretch): boolean {
  return (
    instant !== undefined &&
    instant.epochNanoseconds >= from.epochNanoseconds &&
    instant.epochNanoseconds <= to.epochNanoseconds
  );
}

async function only(client: Transaction, text: string, bindings: Bindings): Promise<Bitmap> {
  const [set] = await readOrdinalSets(client, text, bindings.values, 1);
  return set ?? bitmapOf();
}
