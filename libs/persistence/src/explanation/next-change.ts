import { bitmapOf, evaluate, type Instant, type Leaf, type MovingEdge, nextPassing } from '#cohort-core';

import { leafSources } from '../leaf-sources/evaluate-in-project.js';
import { edgesOf } from '../leaf-sources/visited-by-time.js';
import type { OnePerson } from './one-person.js';
import { type Facts, readFacts } from './read-facts.js';

const HORIZON_HOURS = 10 * 366 * 24;
/** A clock that is set back takes an edge back by less than this. */
const BACK_HOURS = 4;

/** When time alone, with no new fact, changes the answer of a leaf. */
export interface NextChange {
  /** Null: not up to `searchedTo`. */
  readonly until: Instant | null;
  /** Null: never. */
  readonly searchedTo: Instant | null;
}

interface EdgeFacts {
  readonly edge: MovingEdge;
  readonly facts: Facts;
}

/** An edge on its way over the facts. */
interface Track extends EdgeFacts {
  /** When it next passes one. */
  readonly next: Instant | undefined;
  /** It has come to the end of the facts that were read, and there are more. */
  readonly isBlind: boolean;
}

/**
 * Finds the first instant at which the evaluator answers otherwise. It can only be where a moving edge passes a fact, so those are
 * tried, in order.
 * @param isOverdue stops the search: `searchedTo` tells how far it came
 */
export async function findNextChange(
  person: OnePerson,
  leaf: Leaf,
  matched: boolean,
  isOverdue: () => boolean,
): Promise<NextChange> {
  const edges = await edgesOf(person.transaction, leaf, person);
  if (edges.length === 0) {
    return { until: null, searchedTo: null };
  }
  const search = { timezone: person.timezone, upTo: person.at.add({ hours: HORIZON_HOURS }) };
  let after = person.at;
  let tracks = (await readEdgeFacts(person, edges)).map((edge) => advance(edge, { ...search, after }));
  for (;;) {
    const [candidate] = inOrder(tracks.flatMap(({ next }) => next ?? []));
    if (tracks.some(({ isBlind }) => isBlind) || (candidate !== undefined && isOverdue())) {
      return { until: null, searchedTo: after };
    }
    if (candidate === undefined) {
      return { until: null, searchedTo: search.upTo };
    }
    if ((await matches(person, leaf, candidate)) !== matched) {
      return { until: candidate, searchedTo: candidate };
    }
    after = candidate;
    tracks = tracks.map((track) => (isPast(track, candidate) ? advance(track, { ...search, after }) : track));
  }
}

/** What lies in one place is read once for all edges that pass there. */
async function readEdgeFacts(person: OnePerson, edges: readonly MovingEdge[]): Promise<EdgeFacts[]> {
  const found: EdgeFacts[] = [];
  for (const [, group] of Map.groupBy(edges, ({ facts }) => JSON.stringify(facts))) {
    const [start] = inOrder(group.map((edge) => edge.placeAt(person.at, person.timezone)));
    const [{ facts: place } = {}] = group;
    if (start !== undefined && place !== undefined) {
      const facts = await readFacts(person, place, start.subtract({ hours: BACK_HOURS }));
      found.push(...group.map((edge) => ({ edge, facts })));
    }
  }
  return found;
}

interface Search {
  readonly after: Instant;
  readonly upTo: Instant;
  readonly timezone: string;
}

/** Of the facts ahead the nearest comes first; of those behind only the nearest can be met again. */
function advance({ edge, facts }: EdgeFacts, search: Search): Track {
  const { instants } = facts;
  const place = edge.placeAt(search.after, search.timezone).epochNanoseconds;
  const index = instants.findIndex((fact) => fact.epochNanoseconds >= place);
  const ahead = index === -1 ? instants.length : index;
  const near = [instants[ahead - 1], instants[ahead]].filter((fact) => fact !== undefined);
  const [next] = inOrder(near.flatMap((fact) => nextPassing(edge, fact, search) ?? []));
  return { edge, facts, next, isBlind: facts.isCut && ahead === instants.length };
}

function inOrder(instants: readonly Instant[]): Instant[] {
  return [...instants].sort((a, b) => Number(a.epochNanoseconds - b.epochNanoseconds));
}

function isPast({ next }: Track, at: Instant): boolean {
  return next !== undefined && next.epochNanoseconds <= at.epochNanoseconds;
}

/** The evaluator's own answer within the one person, who is alive. */
async function matches({ transaction, projectId, timezone, ordinal }: OnePerson, leaf: Leaf, at: Instant) {
  const her = bitmapOf([ordinal]);
  try {
    const sources = leafSources(transaction, projectId);
    const [result] = await evaluate([leaf], { at, timezone, within: her, everyone: her, sources });
    const isIn = result?.has(ordinal) === true;
    result?.dispose();
    return isIn;
  } finally {
    her.dispose();
  }
}
