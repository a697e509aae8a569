import { type Bitmap, type BitmapScope } from '#cohort-core';

import type { Fact, LiveCohort } from './live-cohort.js';

/** What is new about one person. */
export interface PersonNews {
  readonly ordinal: number;
  /** She took in somebody, was taken in, or is deleted: every cohort has to look. */
  readonly isUpheaval: boolean;
  readonly facts: readonly Fact[];
}

/** Cohort → the persons whose answer may have changed. */
export type Touched = ReadonlyMap<number, Bitmap>;

/** The live cohorts of a project, as of a number of its live set. */
export class ProjectIndex {
  private readonly byFact = new Map<Fact, LiveCohort[]>();
  private readonly byReference = new Map<number, LiveCohort[]>();

  /** @param unreadable ids of live cohorts whose stored filters cannot be read, with the reason */
  constructor(
    readonly number: string,
    readonly cohorts: ReadonlyMap<number, LiveCohort>,
    readonly unreadable: ReadonlyMap<number, unknown> = new Map(),
  ) {
    for (const cohort of cohorts.values()) {
      cohort.facts.forEach((fact) => {
        append(this.byFact, fact, cohort);
      });
      cohort.references.forEach((id) => {
        append(this.byReference, id, cohort);
      });
    }
  }

  /** Cohorts that heard of the same news share one bitmap; the scope owns them. */
  touchedBy(news: readonly PersonNews[], scope: BitmapScope): Touched {
    const persons = new Map<Fact, number[]>();
    for (const { ordinal, facts } of news) {
      facts
        .filter((fact) => this.byFact.has(fact))
        .forEach((fact) => {
          append(persons, fact, ordinal);
        });
    }
    const everywhere = scope.of(news.filter(({ isUpheaval }) => isUpheaval).map(({ ordinal }) => ordinal));
    const heard = new Map<number, Fact[]>();
    for (const fact of persons.keys()) {
      this.byFact.get(fact)?.forEach(({ id }) => {
        append(heard, id, fact);
      });
    }
    const unions = new Map<string, Bitmap>();
    const ids = everywhere.isEmpty ? heard.keys() : this.cohorts.keys();
    return new Map(
      [...ids].map((id) => {
        const facts = heard.get(id) ?? [];
        const key = JSON.stringify(facts);
        const union =
          unions.get(key) ??
          unite(
            everywhere,
            facts.map((fact) => persons.get(fact) ?? []),
            scope,
          );
        unions.set(key, union);
        return [id, union];
      }),
    );
  }

  /** The cohorts and whoever refers to them, directly or not. */
  withReferrers(ids: Iterable<number>): LiveCohort[] {
    const found = new Map<number, LiveCohort>();
    const open = [...ids];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const cohort = this.cohorts.get(id);
      if (cohort !== undefined && !found.has(id)) {
        found.set(id, cohort);
        open.push(...(this.byReference.get(id) ?? []).map((referrer) => referrer.id));
      }
    }
    return [...found.values()].sort((a, b) => a.id - b.id);
  }
}

/**
 * Cohorts in the order of their references: each level refers only to those before it. Definitions that were edited one after the
 * other may for a moment be live in a circle; a circle is cut, and whoever is behind the cut reads what is stored.
 */
export function levelsOf(cohorts: readonly LiveCohort[]): LiveCohort[][] {
  const depths = depthsOf(cohorts);
  const levels: LiveCohort[][] = [];
  for (const cohort of cohorts) {
    (levels[depths.get(cohort.id) ?? 0] ??= []).push(cohort);
  }
  return levels;
}

/** How many references lie below each cohort, at the longest way down. On a stack of its own: a chain may be longer than Node's is deep. */
function depthsOf(cohorts: readonly LiveCohort[]): Map<number, number> {
  const known = new Map(cohorts.map((cohort) => [cohort.id, cohort]));
  const depths = new Map<number, number>();
  const entered = new Set<number>();
  const open = [...cohorts];
  for (let cohort = open.at(-1); cohort !== undefined; cohort = open.at(-1)) {
    const { id, references } = cohort;
    const next = entered.has(id)
      ? []
      : references.flatMap((below) => (entered.has(below) ? [] : (known.get(below) ?? [])));
    entered.add(id);
    if (next.length > 0) {
      open.push(...next);
      continue;
    }
    open.pop();
    if (!depths.has(id)) {
      depths.set(
        id,
        references.reduce((deepest, below) => Math.max(deepest, (depths.get(below) ?? -1) + 1), 0),
      );
    }
  }
  return depths;
}

function unite(first: Bitmap, rest: readonly (readonly number[])[], scope: BitmapScope): Bitmap {
  const united = scope.copy(first);
  rest.forEach((ordinals) => {
    united.addMany(ordinals);
  });
  return united;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [value]);
  } else {
    list.push(value);
  }
}
