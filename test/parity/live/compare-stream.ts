import type { TestStack } from '#testing';

import { readAllChanges } from '../../support/read-all-changes.js';
import { replayMembership, storedMembers } from '../../support/replay-membership.js';

/** Every cohort's changes, replayed as another team would, make the members that are stored; nobody enters twice, or leaves without having entered. */
export async function compareStream(stack: Pick<TestStack, 'database' | 'connection'>): Promise<void> {
  const ofCohort = Map.groupBy(await readAllChanges(stack), ({ value }) => value.cohort_id);
  const { rows } = await stack.database.pool.query<{ id: number }>('SELECT id FROM cohort ORDER BY id');
  for (const { id } of rows) {
    const members = replayMembership(ofCohort.get(id) ?? [], id);
    expect({ id, members }).toEqual({ id, members: await storedMembers(stack.database, id) });
  }
}
