import { type FactPlace, type Instant, isEventLeaf, type Leaf, leafKey, leavesOf, type MovingEdge } from '#cohort-core';

import type { Transaction } from '../database.js';
import { edgesOf, eventNames } from '../leaf-sources/visited-by-time.js';
import type { LiveCohort } from './live-cohort.js';

/** An edge, and the events its facts are looked for among. */
export interface TimedEdge extends MovingEdge {
  readonly names: readonly string[];
  /** Of the facts; equal for those that lie in one place. */
  readonly place: string;
  /** Equal for edges over the same facts that are always at the same place. */
  readonly way: string;
}

/** What time does to a leaf, however many cohorts have it. */
export interface TimedLeaf {
  readonly key: string;
  readonly edges: readonly TimedEdge[];
  readonly cohorts: readonly number[];
  /** Up to then time is in the membership of all of them. */
  sweptTo: Instant;
  /** No edge moves before, in milliseconds since the epoch: ten thousand leaves are asked for it at every turn. */
  sleepsUntil: number;
}

/** The edges of leaves, by their keys; an action never changes, so what was read once stays. */
export type KnownEdges = Map<string, readonly TimedEdge[]>;

/** What is known of leaves before their edges are looked at. */
export interface SweepState {
  /** Up to then time is in the membership of the cohort, as far as this leaf goes; undefined: nobody keeps it live. */
  sweptTo(key: string, cohortId: number): Instant | undefined;
  /** @returns undefined: not known */
  sleepsUntil(key: string, sweptTo: Instant): number | undefined;
}

/** The distinct leaves of live cohorts that the passing of time can change. */
export async function readTimedLeaves(
  transaction: Transaction,
  project: { readonly projectId: number; readonly cohorts: Iterable<LiveCohort>; readonly state: SweepState },
  known: KnownEdges,
): Promise<TimedLeaf[]> {
  const users = new Map<string, { leaf: Leaf; cohorts: number[] }>();
  for (const { id, tree } of project.cohorts) {
    for (const [key, leaf] of new Map(leavesOf(tree).map((one) => [leafKey(one), one]))) {
      const user = users.get(key) ?? { leaf, cohorts: [] };
      user.cohorts.push(id);
      users.set(key, user);
    }
  }
  const leaves: TimedLeaf[] = [];
  for (const [key, { leaf, cohorts }] of users) {
    const edges = known.get(key) ?? (await readEdges(transaction, project.projectId, leaf));
    known.set(key, edges);
    const sweptTo =
      edges.length === 0 ? undefined : earliest(cohorts.flatMap((id) => project.state.sweptTo(key, id) ?? []));
    if (sweptTo !== undefined) {
      const sleepsUntil = project.state.sleepsUntil(key, sweptTo) ?? -Infinity;
      leaves.push({ key, edges, cohorts, sweptTo, sleepsUntil });
    }
  }
  forget(known, users);
  return leaves;
}

async function readEdges(transaction: Transaction, projectId: number, leaf: Leaf): Promise<TimedEdge[]> {
  if (!isEventLeaf(leaf) && leaf.kind === 'cohort') {
    return [];
  }
  const edges = await edgesOf(transaction, leaf, { projectId });
  return Promise.all(
    edges.map(async (edge) => {
      const names = await namesOf(transaction, projectId, edge.facts);
      const place = JSON.stringify(edge.facts);
      const facts = edge.facts.type === 'event' ? JSON.stringify(names) : place;
      return { ...edge, names, place, way: `${facts} ${edge.clock}` };
    }),
  );
}

async function namesOf(transaction: Transaction, projectId: number, facts: FactPlace): Promise<readonly string[]> {
  return 'matchers' in facts ? (await eventNames(transaction, facts.matchers, projectId)).sort() : [];
}

function earliest(instants: readonly Instant[]): Instant | undefined {
  return instants.reduce<Instant | undefined>(
    (least, one) => (least === undefined || one.epochNanoseconds < least.epochNanoseconds ? one : least),
    undefined,
  );
}

function forget(known: KnownEdges, used: ReadonlyMap<string, unknown>): void {
  for (const key of known.keys()) {
    if (!used.has(key)) {
      known.delete(key);
    }
  }
}
