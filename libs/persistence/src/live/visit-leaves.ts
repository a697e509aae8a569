import { type Bitmap, type BitmapScope, type Instant } from '#cohort-core';

import type { Transaction } from '../database.js';
import { readNumberedSets } from '../leaf-sources/ordinal-sets.js';
import { isStoredDate } from '../leaf-sources/visited-by-time.js';
import type { TimedEdge, TimedLeaf } from './timed-leaf.js';
import type { DateStretch, UpcomingDates } from './upcoming-dates.js';

/** So far ahead stored dates are known. */
const HORIZON_HOURS = 6;
/** Index scans a statement. */
const MAX_SCANS = 500;

export interface SweptProject {
  readonly projectId: number;
  readonly timezone: string;
  readonly at: Instant;
}

/** The way of an edge since its leaf was swept, with all leaves that have it. */
interface Stretch {
  readonly edge: TimedEdge;
  readonly from: Instant;
  readonly to: Instant;
  readonly leaves: TimedLeaf[];
}

/**
 * The persons whom time may have moved in or out of each leaf since it was swept: a superset, as `visitedByTime` tells of one leaf.
 * Leaves with the same events and the same way share a scan, and scans a statement.
 * @param transaction REPEATABLE READ, `project.at` read in it: what it does not see is told of as a change of its person
 * @returns leaves that nobody is visited for are absent, those with the same persons may share a bitmap; the scope owns them
 */
export async function visitLeaves(
  transaction: Transaction,
  project: SweptProject,
  leaves: readonly TimedLeaf[],
  { dates, scope }: { readonly dates: UpcomingDates; readonly scope: BitmapScope },
): Promise<Map<TimedLeaf, Bitmap>> {
  const stretches = stretchesOf(leaves, project);
  const events = stretches.filter(({ edge }) => edge.facts.type === 'event');
  const births = stretches.filter(({ edge }) => edge.facts.type === 'created_at');
  const found = [
    ...(await scan(transaction, project, { sql: EVENTS, stretches: events, scope })),
    ...(await scan(transaction, project, { sql: BIRTHS, stretches: births, scope })),
    ...(await storedDates(transaction, project, { stretches, dates, scope })),
  ];
  return unionsOf(found, scope);
}

/** Leaves that the same stretches concern share one bitmap. */
function unionsOf(found: readonly (readonly [Stretch, Bitmap])[], scope: BitmapScope): Map<TimedLeaf, Bitmap> {
  const numbers = new Map<TimedLeaf, number[]>();
  for (const [number, [{ leaves }, persons]] of found.entries()) {
    if (!persons.isEmpty) {
      leaves.forEach((leaf) => known(numbers, leaf, () => []).push(number));
    }
  }
  const unions = new Map<string, Bitmap>();
  const unionOf = (own: readonly number[]) => {
    const union = scope.of();
    own
      .flatMap((number) => found[number]?.[1] ?? [])
      .forEach((persons) => {
        union.orInPlace(persons);
      });
    return union;
  };
  return new Map([...numbers].map(([leaf, own]) => [leaf, known(unions, own.join(), () => unionOf(own))]));
}

/** Leaves that were swept together have their mark, the object, in common: what is the same for all of them is found once. */
function stretchesOf(leaves: readonly TimedLeaf[], { at, timezone }: SweptProject): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [sweptTo, together] of Map.groupBy(leaves, (leaf) => leaf.sweptTo)) {
    const moves = new Map<string, Pick<Stretch, 'from' | 'to'> | null>();
    const ways = new Map<string, Stretch>();
    for (const leaf of together) {
      for (const edge of leaf.edges) {
        const move = known(moves, edge.clock, () => moveOf(edge, { sweptTo, at, timezone }));
        if (move !== null) {
          known(ways, edge.way, () => ({ edge, ...move, leaves: [] })).leaves.push(leaf);
        }
      }
    }
    stretches.push(...ways.values());
  }
  return stretches;
}

function moveOf(
  edge: TimedEdge,
  { sweptTo, at, timezone }: { sweptTo: Instant; at: Instant; timezone: string },
): Pick<Stretch, 'from' | 'to'> | null {
  const from = edge.placeAt(sweptTo, timezone);
  const to = edge.placeAt(at, timezone);
  return from.epochNanoseconds === to.epochNanoseconds ? null : { from, to };
}

function known<K, V>(values: Map<K, V>, key: K, make: () => V): V {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    values.set(key, value);
  }
  return value;
}

/** DISTINCT keeps the inner query whole: for each stretch one scan of the index, whatever the planner thinks of the list. */
const EVENTS = `
  SELECT number, array_agg(ordinal) FROM unnest($2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS stretch (number, name, low, high),
    LATERAL (
      SELECT DISTINCT ordinal FROM event
      WHERE project_id = $1 AND event = stretch.name AND "timestamp" BETWEEN low AND high AND ordinal IS NOT NULL
    ) AS person GROUP BY number, ordinal >> 16`;

/** `name` is for the other one. */
const BIRTHS = `
  SELECT number, array_agg(ordinal) FROM unnest($2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS stretch (number, name, low, high),
    LATERAL (SELECT DISTINCT ordinal FROM person WHERE project_id = $1 AND created_at BETWEEN low AND high) AS person
  GROUP BY number, ordinal >> 16`;

interface Scan {
  readonly sql: string;
  readonly stretches: readonly Stretch[];
  readonly scope: BitmapScope;
}

async function scan(
  transaction: Transaction,
  { projectId }: SweptProject,
  { sql, stretches, scope }: Scan,
): Promise<[Stretch, Bitmap][]> {
  const rows = stretches.flatMap((stretch, number) => {
    const { edge, from, to } = stretch;
    const [low, high] = from.epochNanoseconds < to.epochNanoseconds ? [from, to] : [to, from];
    const names = edge.facts.type === 'event' ? edge.names : [''];
    return names.map((name) => ({ number, name, low: low.toString(), high: high.toString() }));
  });
  const found: [Stretch, Bitmap][] = [];
  for (let start = 0; start < rows.length; start += MAX_SCANS) {
    const part = rows.slice(start, start + MAX_SCANS);
    const columns = (['number', 'name', 'low', 'high'] as const).map((column) => part.map((row) => row[column]));
    for (const [number, persons] of await readNumberedSets(transaction, sql, [projectId, ...columns])) {
      const stretch = stretches[number];
      scope.track(persons);
      if (stretch !== undefined) {
        found.push([stretch, persons]);
      }
    }
  }
  return found;
}

interface StoredDates {
  readonly stretches: readonly Stretch[];
  readonly dates: UpcomingDates;
  readonly scope: BitmapScope;
}

async function storedDates(
  transaction: Transaction,
  project: SweptProject,
  { stretches, dates, scope }: StoredDates,
): Promise<[Stretch, Bitmap][]> {
  const { at, timezone } = project;
  const asked = stretches.flatMap((stretch): [Stretch, DateStretch][] => {
    const { edge, from, to } = stretch;
    const ahead = edge.placeAt(at.add({ hours: HORIZON_HOURS }), timezone);
    return isStoredDate(edge.facts)
      ? [[stretch, { place: edge.place, way: edge.way, facts: edge.facts, from, to, ahead }]]
      : [];
  });
  await dates.update(
    transaction,
    project,
    asked.map(([, stretch]) => stretch),
  );
  return asked.map(([stretch, dated]) => [stretch, scope.track(dates.between(dated))]);
}
