import type { Pool } from 'pg';

import type { FilterNode, FlagDefinition } from '#cohort-core';
import { classifyDatabaseError, evaluateGivenPerson, type GivenPerson } from '#persistence';

/** Whether a person meets each group of a flag; undefined when that could not be found out. */
export type GroupsMet = readonly boolean[] | undefined;

interface Moment {
  readonly at: Date;
  readonly timezone: string;
}

/**
 * Which groups of which flags a person meets: all conditions of all flags together and, when that fails, flag by flag, so that one
 * that cannot be evaluated leaves the others alone.
 * @param tell told of each failure
 */
export async function matchGroups(
  pool: Pool,
  definitions: readonly FlagDefinition[],
  { person, moment, tell }: { person: GivenPerson; moment: Moment; tell: (error: unknown) => void },
): Promise<readonly GroupsMet[]> {
  const match = (some: readonly FlagDefinition[]) => matchAll(pool, some, person, moment);
  try {
    return await match(definitions);
  } catch (error) {
    tell(error);
    if (classifyDatabaseError(error) === 'transient') {
      // The next statement would fail as well, and each may take seconds to do so.
      return definitions.map(withoutConditions);
    }
  }
  const alone: GroupsMet[] = [];
  for (const definition of definitions) {
    try {
      alone.push(...(await match([definition])));
    } catch (error) {
      tell(error);
      alone.push(undefined);
    }
  }
  return alone;
}

async function matchAll(
  pool: Pool,
  definitions: readonly FlagDefinition[],
  person: GivenPerson,
  moment: Moment,
): Promise<readonly boolean[][]> {
  const trees = definitions.flatMap(({ groups }) => groups.flatMap(({ tree }) => tree ?? []));
  const matched = trees.length === 0 ? [] : await evaluateGivenPerson(pool, trees, person, moment);
  const metBy = new Map<FilterNode, boolean>(trees.map((tree, index) => [tree, matched[index] === true]));
  return definitions.map(({ groups }) => groups.map(({ tree }) => tree === null || metBy.get(tree) === true));
}

function withoutConditions({ groups }: FlagDefinition): GroupsMet {
  return groups.every(({ tree }) => tree === null) ? groups.map(() => true) : undefined;
}
