import { cohortKey, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import {
  changeMembers,
  finishCalculation,
  lockCohort,
  type LockedCohort,
  type MembersDifference,
  replaceMembers,
  type Transaction,
  wantDependents,
} from '#persistence';

import { catchUpUnderLocks, type Source } from './catch-up.js';
import type { ComputedBatch, ComputedCohort } from './compute-batch.js';

const NO_CRITERIA = {
  code: 'no_properties',
  text: 'Cohort has no properties defined',
  message: 'This cohort has no matching criteria defined. Please add at least one.',
};

/** From the snapshot's instant on, moving edges are still to be swept. */
const STORE_SWEEP = `
  INSERT INTO cohort_sweep (project_id, cohort_id, swept_to) VALUES ($1, $2, $3)
  ON CONFLICT (project_id, cohort_id) DO UPDATE SET swept_to = excluded.swept_to`;

export interface NewVersion {
  readonly batch: ComputedBatch;
  readonly one: ComputedCohort;
  /** Milliseconds since the run began. */
  readonly durationMs: number;
}

interface Written extends MembersDifference {
  readonly version: number;
  readonly count: number;
}

/**
 * The flip: members, count, version, last_calculation, history and message change in one commit, or (superseded, lost lease) nothing
 * does. The locks are those of every writer of membership; what has changed since the snapshot is caught up under them.
 */
export async function publishVersion(source: Source, next: NewVersion): Promise<'published' | 'superseded' | 'lost'> {
  const { batch, one } = next;
  const { run } = one;
  return source.database.transaction(async (transaction) => {
    const stored = await lockCohort(transaction, run, 'UPDATE');
    if (stored === undefined || isSuperseded(stored, one)) {
      return (await finishCalculation(transaction, run, { state: 'superseded' })) ? 'superseded' : 'lost';
    }
    await catchUpUnderLocks(source, transaction, batch, one);
    if (!(await finishCalculation(transaction, run, historyOf(one)))) {
      return 'lost';
    }
    const written = await writeMembers(transaction, next);
    await updateCohort(transaction, next, written);
    await announce(transaction, next, { written, previous: stored.version });
    if (written.enteredCount + written.leftCount > 0) {
      await wantDependents(transaction, run);
    }
    return 'published';
  });
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
async function writeMembers(transaction: Transaction, { batch, one }: NewVersion): Promise<Written> {
  const { run, cohort, members } = one;
  const change = { ...run, reason: 'calculation', at: batch.at };
  if (cohort.isStatic) {
    const changed = await changeMembers(transaction, { ...change, add: members });
    return { ...changed, version: Math.max(changed.version, run.version) };
  }
  return {
    ...(await replaceMembers(transaction, { ...change, members })),
    version: run.version,
    count: members.size,
  };
}

async function updateCohort(transaction: Transaction, { batch, one }: NewVersion, written: Written): Promise<void> {
  await transaction.query(
    `UPDATE cohort SET version = $3, count = $4, last_calculation = $5, live_filters = $7,
       live_error = NULL, live_failed_at = NULL,
       pending_version = greatest(pending_version, $3), is_calculating = NOT is_static AND coalesce(pending_version, 0) > $3,
       errors_calculating = 0, last_error_at = NULL, last_error_message = coalesce($6, last_error_message)
     WHERE project_id = $1 AND id = $2`,
    [
      one.run.projectId,
      one.run.cohortId,
      written.version,
      written.count,
      batch.at,
      one.cohort.filters === null ? NO_CRITERIA.message : null,
      one.cohort.isStatic || one.cohort.filters === null ? null : JSON.stringify(one.cohort.filters),
    ],
  );
  await transaction.query(STORE_SWEEP, [one.run.projectId, one.run.cohortId, batch.at]);
}

async function announce(
  transaction: Transaction,
  { batch, one: { run }, durationMs }: NewVersion,
  { written, previous }: { readonly written: Written; readonly previous: number | null },
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
        previous_version: previous,
        count: written.count,
        entered_count: written.enteredCount,
        left_count: written.leftCount,
        at: batch.at.toISOString(),
        duration_ms: durationMs,
      },
    },
  ]);
}
