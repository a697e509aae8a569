import { announceLimit } from '#outbox';
import {
  finishCalculation,
  type LockedForFlip,
  moveLiveSet,
  noteApproach,
  tooLarge,
  type Transaction,
} from '#persistence';

import type { Flip, FlipSource, NewVersion } from './flip.js';

const limitOf = ({ maxPersons }: FlipSource) => ({ maxPersons, announce: announceLimit });

export function isTooLarge(source: FlipSource, { one }: NewVersion, { isLimited }: LockedForFlip): boolean {
  return isLimited && one.members.size > source.maxPersons;
}

const FREEZE = `
  UPDATE cohort SET limit_exceeded = true, is_calculating = coalesce(pending_version, 0) > $3, last_error_at = clock_timestamp(),
    last_error_message = $4
  WHERE project_id = $1 AND id = $2`;

/**
 * The new version holds more persons than the cohort may: it stays as it is, the last good state or none, and is not kept live. The
 * schedule tries again as after an error. The caller holds the live set FOR UPDATE.
 */
export async function freeze(
  transaction: Transaction,
  source: FlipSource,
  { one, stored }: Flip,
): Promise<'too large' | 'lost'> {
  const { projectId, cohortId, version } = one.run;
  const count = one.members.size;
  const error = tooLarge(count, limitOf(source));
  if (!(await finishCalculation(transaction, one.run, { state: 'failed', errorCode: 'limit_exceeded', error }))) {
    return 'lost';
  }
  await transaction.query(FREEZE, [projectId, cohortId, version, error]);
  if (!stored.isTooLarge) {
    await moveLiveSet(transaction, projectId);
    const limit = source.maxPersons;
    await announceLimit(transaction, { kind: 'exceeded', projectId, cohortId, count, limit });
  }
  return 'too large';
}

/** After a version was written: whether its size is near the limit is told once. */
export async function noteSize(
  transaction: Transaction,
  source: FlipSource,
  { flip: { one, stored }, count }: { readonly flip: Flip; readonly count: number },
): Promise<void> {
  if (stored.isLimited) {
    const { projectId, cohortId } = one.run;
    await noteApproach(transaction, { projectId, cohortId, count, isTold: stored.isNearTold }, limitOf(source));
  }
}
