import type { Bitmap } from '#cohort-core';
import { cohortKey, TOPICS } from '#contracts';
import { appendToOutbox } from '#outbox';
import { finishCalculation, type LeasedCalculation, replaceMembers, type Transaction } from '#persistence';

import type { CohortSnapshot } from './compute-members.js';

export interface NewVersion {
  readonly run: LeasedCalculation;
  readonly cohort: CohortSnapshot;
  readonly members: Bitmap;
  /** Milliseconds since the run began. */
  readonly durationMs: number;
  /** Told in the history when there was nothing to calculate. */
  readonly note?: { readonly code: string; readonly text: string; readonly message: string };
}

interface CohortRow {
  version: number | null;
  definition_number: number;
  deleted: boolean;
}

/** The flip: members, count, version, last_calculation, history and message change in one commit, or (superseded, lost lease) nothing does. */
export async function publishVersion(
  transaction: Transaction,
  next: NewVersion,
): Promise<'published' | 'superseded' | 'lost'> {
  const stored = await lockCohort(transaction, next.run);
  if (stored === undefined || isSuperseded(stored, next)) {
    return (await finishCalculation(transaction, next.run, { state: 'superseded' })) ? 'superseded' : 'lost';
  }
  if (!(await finishCalculation(transaction, next.run, historyOf(next)))) {
    return 'lost';
  }
  const { run, cohort, members } = next;
  const changes = await replaceMembers(transaction, { ...run, members, reason: 'calculation', at: cohort.at });
  await updateCohort(transaction, next);
  await appendToOutbox(transaction, [
    {
      topic: TOPICS.cohortCalculated,
      key: cohortKey(run.projectId, run.cohortId),
      projectId: run.projectId,
      message: {
        schema_version: 1,
        project_id: run.projectId,
        cohort_id: run.cohortId,
        version: run.version,
        previous_version: stored.version,
        count: members.size,
        entered_count: changes.enteredCount,
        left_count: changes.leftCount,
        at: cohort.at.toISOString(),
        duration_ms: next.durationMs,
      },
    },
  ]);
  return 'published';
}

/** The locks of every writer of membership, in their order: live-set row, cohort row; the chunks follow in replaceMembers. */
async function lockCohort(transaction: Transaction, run: LeasedCalculation): Promise<CohortRow | undefined> {
  await transaction.query('SELECT number FROM live_set WHERE project_id = $1 FOR UPDATE', [run.projectId]);
  const result = await transaction.query<CohortRow>(
    'SELECT version, definition_number, deleted FROM cohort WHERE project_id = $1 AND id = $2 FOR UPDATE',
    [run.projectId, run.cohortId],
  );
  return result.rows[0];
}

function isSuperseded(stored: CohortRow, { run, cohort }: NewVersion): boolean {
  const isOlder = stored.version !== null && stored.version >= run.version;
  return isOlder || stored.deleted || stored.definition_number !== cohort.definitionNumber;
}

function historyOf({ cohort, members, note }: NewVersion): Parameters<typeof finishCalculation>[2] {
  return {
    state: 'done',
    count: members.size,
    filters: cohort.filters,
    definitionNumber: cohort.definitionNumber,
    ...(note === undefined ? {} : { errorCode: note.code, error: note.text }),
  };
}

async function updateCohort(transaction: Transaction, { run, cohort, members, note }: NewVersion): Promise<void> {
  await transaction.query(
    `UPDATE cohort SET version = $3, count = $4, last_calculation = $5, swept_to = $5,
       is_calculating = coalesce(pending_version, 0) > $3, errors_calculating = 0, last_error_at = NULL,
       last_error_message = coalesce($6, last_error_message)
     WHERE project_id = $1 AND id = $2`,
    [run.projectId, run.cohortId, run.version, members.size, cohort.at, note?.message ?? null],
  );
}
