import type { Bitmap } from '#cohort-core';

import type { Transaction } from '../database.js';
import { readOrdinalSets } from '../leaf-sources/ordinal-sets.js';

/** Persons by what people know of them. A name is looked for here, never whether somebody meets a definition: that is the evaluator's. */
const SEARCH = `
  SELECT array_agg(ordinal) FROM (
    SELECT ordinal FROM person
    WHERE project_id = $1 AND merged_into IS NULL AND deleted_at IS NULL AND ($3::int[] IS NULL OR ordinal = ANY($3::int[]))
      AND (properties ->> 'email' ILIKE $2 OR properties ->> 'name' ILIKE $2 OR uuid::text ILIKE $2)
    UNION
    SELECT ordinal FROM person_distinct_id
    WHERE project_id = $1 AND ($3::int[] IS NULL OR ordinal = ANY($3::int[])) AND distinct_id ILIKE $2
  ) AS found GROUP BY ordinal >> 16`;

/**
 * The persons whose email, name, uuid or a distinct id contains the term, in any letter case.
 * @param within only these; null means everyone
 * @returns a bitmap that the caller disposes of
 */
export async function searchPersons(
  transaction: Transaction,
  projectId: number,
  term: string,
  within: Bitmap | null,
): Promise<Bitmap> {
  const pattern = `%${term.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const [found] = await readOrdinalSets(transaction, SEARCH, [projectId, pattern, within?.toArray() ?? null], 1);
  if (found === undefined) {
    throw new Error('one column gives one set');
  }
  return found;
}
