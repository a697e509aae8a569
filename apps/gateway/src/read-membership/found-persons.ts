import { blockOf } from '#cohort-core';

import type { BlockQuestion, FoundPerson } from './membership.queries.js';

/** Which cohorts hold a person, ascending; an ordinal that nobody has is held by none. */
export type CohortsByOrdinal = ReadonlyMap<number, readonly number[]>;

/** A person, and which cohorts hold her, ascending. */
export interface PersonMembership {
  /** Null: nobody has the distinct id. */
  readonly ordinal: number | null;
  readonly cohortIds: readonly number[];
}

/** Said by one PostgreSQL. Numbers of another one mean something else. */
export type From<T> = T & { readonly server: string };

/** Ordinals of one block, and the epoch they have to be answered for at least. */
export interface BlockOfPersons extends BlockQuestion {
  readonly epoch: number;
  /** Which counted the epoch; none when not all was said by the same one. */
  readonly server: string | undefined;
  /** They were found at this epoch or later. */
  readonly foundAt?: number;
  readonly ordinals: readonly number[];
}

export function blocksOfPersons(projectId: number, persons: readonly From<FoundPerson>[]): BlockOfPersons[] {
  const servers = new Set(persons.map(({ server }) => server));
  const server = servers.size === 1 ? persons[0]?.server : undefined;
  const known = persons.flatMap(({ ordinal, epoch }) => (ordinal === null ? [] : [{ ordinal, epoch }]));
  return [...Map.groupBy(known, ({ ordinal }) => blockOf(ordinal))].map(([block, inBlock]) => ({
    projectId,
    block,
    server,
    epoch: Math.max(...inBlock.map(({ epoch }) => epoch)),
    foundAt: Math.min(...inBlock.map(({ epoch }) => epoch)),
    ordinals: [...new Set(inBlock.map(({ ordinal }) => ordinal))],
  }));
}

/** Whether the same persons have the ids, as the same server says. */
export function areSame(before: readonly From<FoundPerson>[], after: readonly From<FoundPerson>[]): boolean {
  return before.every(
    ({ ordinal, server }, index) => ordinal === after[index]?.ordinal && server === after[index].server,
  );
}

export function membershipOf(person: FoundPerson | undefined, cohorts: CohortsByOrdinal): PersonMembership {
  const ordinal = person?.ordinal ?? null;
  return { ordinal, cohortIds: ordinal === null ? [] : (cohorts.get(ordinal) ?? []) };
}
