import { type Bitmap, bitmapOf } from '#cohort-core';
import { cohortKey, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import {
  changeMembers,
  finishCalculation,
  type LockedCohort,
  lockForFlip,
  type MembersDifference,
  moveLiveSet,
  replaceMembers,
  type Transaction,
  wantDependents,
} from '#persistence';

import { catchUp, catchUpUnderLocks } from './catch-up.js';
import type { ComputedCohort } from './compute-batch.js';
import { freeze, isTooLarge, noteSize } from './enforce-size-limit.js';
import type { Flip, FlipSource, NewVersion } from './flip.js';

const NO_CRITERIA = {
  code: 'no_properties',
  text: 'Cohort has no properties defined',
  message: 'This cohort has no matching criteria defined. Please add at least one.',
};

/** Time up to the last round's instant is in the members; from there on it is the sweeper's. */
const STORE_SWEEP = `
  INSERT INTO cohort_sweep (project_id, cohort_id, swept_to) VALUES ($1, $2, $3)
  ON CONFLICT (project_id, cohort_id) DO UPDATE SET swept_to = excluded.swept_to`;

/** How often the locks are given back because too much was left to do under them. */
const PATIENCE = 3;

interface Written extends MembersDifference {
  readonly version: number;
  readonly count: number;
}

type Published = 'published' | 'superseded' | 'lost' | 'too large';

/** Is told, under the locks, who moved in a cohort that was kept live by the same definition all the time. */
export type ObserveDrift = (transaction: Transaction, flip: Flip, moved: Bitmap) => Promise<void>;

/**
 * The flip: members, count, version, last_calculation, history and message change in one commit, or (superseded, lost lease) nothing
 * does. The locks are those of every writer of membership; what has changed since the snapshot is caught up under them.
 */
export async function publishVersion(
  source: FlipSource,
  next: NewVersion,
  observeDrift: ObserveDrift = () => Promise.resolve(),
): Promise<Published> {
  const attempt: Attempt = { liveSet: null, patience: PATIENCE };
  for (;;) {
    const result = await source.database.transaction((transaction) =>
      flip(transaction, source, next, attempt, observeDrift),
    );
    switch (result) {
      case 'stronger':
        attempt.liveSet = 'UPDATE';
        break;
      case 'behind':
        attempt.patience -= 1;
        await catchUp(source, next.batch);
        break;
      default:
        return result;
    }
  }
}

interface Attempt {
  liveSet: 'UPDATE' | null;
  patience: number;
}

async function flip(
  transaction: Transaction,
  source: FlipSource,
  next: NewVersion,
  { liveSet, patience }: Attempt,
  observeDrift: ObserveDrift,
): Promise<Published | 'stronger' | 'behind'> {
  const { batch, one } = next;
  const stored = await lockForFlip(transaction, one.run, one.cohort.filters, liveSet);
  if (stored === 'stronger') {
    return stored;
  }
  if (stored === undefined || isSuperseded(stored, one)) {
    return (await finishCalculation(transaction, one.run, { state: 'superseded' })) ? 'superseded' : 'lost';
  }
  const at = await catchUpUnderLocks(source, transaction, batch, one, { patience: patience > 0 });
  if (at === undefined) {
    return 'behind';
  }
  if (isTooLarge(source, next, stored)) {
    return liveSet === 'UPDATE' ? await freeze(transaction, source, { ...next, at, stored }) : 'stronger';
  }
  if (!(await finishCalculation(transaction, one.run, historyOf(one)))) {
    return 'lost';
  }
  await write(transaction, source, { ...next, at, stored }, observeDrift);
  return 'published';
}

async function write(
  transaction: Transaction,
  source: FlipSource,
  flip: Flip,
  observeDrift: ObserveDrift,
): Promise<void> {
  const { one, stored } = flip;
  const moved = bitmapOf();
  try {
    const written = await writeMembers(transaction, flip, moved);
    await updateCohort(transaction, flip, written);
    if (!stored.isSettled) {
      await moveLiveSet(transaction, one.run.projectId);
    }
    if (stored.isLive && !moved.isEmpty) {
      await observeDrift(transaction, flip, moved);
    }
    await announce(transaction, flip, written);
    await noteSize(transaction, source, { flip, count: written.count });
    if (written.enteredCount + written.leftCount > 0) {
      await wantDependents(transaction, one.run);
    }
  } finally {
    moved.dispose();
  }
}

function isSuperseded(stored: LockedCohort, { run, cohort }: ComputedCohort): boolean {
  if (stored.deleted || stored.isStatic !== cohort.isStatic || stored.definitionNumber !== cohort.definitionNumber) {
    return true;
  }
  return stored.isStatic ? !stored.isCalculating : (stored.version ?? 0) >= run.version;
}

function historyOf({ cohort, members }: ComputedCohort): Parameters<typeof finishCalculation>[2] {
  return {
    state: 'done',
    count: members.size,
    filters: cohort.filters,
    definitionNumber: cohort.definitionNumber,
    ...(cohort.filters === null ? { errorCode: NO_CRITERIA.code, error: NO_CRITERIA.text } : {}),
  };
}

/** A static cohort gets its criteria's persons beside those that were added by hand meanwhile. */
async function writeMembers(transaction: Transaction, { at, one }: Flip, moved: Bitmap): Promise<Written> {
  const { run, cohort, members } = one;
  const change = { ...run, reason: 'calculation', at };
  if (cohort.isStatic) {
    const changed = await changeMembers(transaction, { ...change, add: members });
    return { ...changed, version: Math.max(changed.version, run.version) };
  }
  return {
    ...(await replaceMembers(transaction, { ...change, members, moved })),
    version: run.version,
    count: members.size,
  };
}

async function updateCohort(transaction: Transaction, { at, one }: Flip, written: Written): Promise<void> {
  await transaction.query(
    `UPDATE cohort SET version = $3, count = $4, last_calculation = $5, live_filters = $7,
       live_error = NULL, live_failed_at = NULL, limit_exceeded = false,
       pending_version = greatest(pending_version, $3), is_calculating = NOT is_static AND coalesce(pending_version, 0) > $3,
       errors_calculating = 0, last_error_at = NULL, last_error_message = coalesce($6, last_error_message)
     WHERE project_id = $1 AND id = $2`,
    [
      one.run.projectId,
      one.run.cohortId,
      written.version,
      written.count,
      at,
      one.cohort.filters === null ? NO_CRITERIA.message : null,
      one.cohort.isStatic || one.cohort.filters === null ? null : JSON.stringify(one.cohort.filters),
    ],
  );
  await transaction.query(STORE_SWEEP, [one.run.projectId, one.run.cohortId, at]);
}

async function announce(
  transaction: Transaction,
  { at, one: { run }, durationMs, stored }: Flip,
  written: Written,
): Promise<void> {
  await appendToOutbox(transaction, [
    {
      topic: TOPICS.cohortCalculated,
      key: cohortKey(run.projectId, run.cohortId),
      projectId: run.projectId,
      message: {
        schema_version: 1,
        project_id: run.projectId,
        cohort_id: run.cohortId,
        version: written.version,
        previous_version: stored.version,
        count: written.count,
        entered_count: written.enteredCount,
        left_count: written.leftCount,
        at: at.toISOString(),
        duration_ms: durationMs,
      },
    },
  ]);
}
