import { cohortKey, TOPICS } from '#contracts';
import { appendToOutbox, type OutboxMessage } from '#outbox';
import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';

/** A cohort as it is after an edit, and what the edit changed. */
export interface Edited {
  readonly cohort: CohortRow;
  /** Names of the fields that got another value; `deleted` for a delete and a restore. */
  readonly changed: readonly string[];
}

const NOW = 'SELECT clock_timestamp() AS now';

/** Tells `cohort.updated` or, for a delete, `cohort.deleted`. The caller holds the cohort row, which orders the messages of its key. */
export async function announceEdit(transaction: Transaction, access: Access, edited: Edited): Promise<void> {
  const { rows } = await transaction.query<{ now: Date }>(NOW);
  const now = rows[0]?.now ?? new Date(0);
  await appendToOutbox(transaction, [messageOf(access, edited, now)]);
}

function messageOf(access: Access, { cohort, changed }: Edited, now: Date): OutboxMessage {
  const { projectId, user } = access;
  const common = { schema_version: 1, project_id: projectId, cohort_id: cohort.id, by_id: user.id };
  const envelope = { key: cohortKey(projectId, cohort.id), projectId, time: now };
  if (cohort.deleted && changed.includes('deleted')) {
    return { ...envelope, topic: TOPICS.cohortDeleted, message: { ...common, deleted_at: now.toISOString() } };
  }
  return {
    ...envelope,
    topic: TOPICS.cohortUpdated,
    message: {
      ...common,
      name: cohort.name,
      is_static: cohort.is_static,
      cohort_type: cohort.cohort_type,
      pending_version: cohort.pending_version,
      definition_number: cohort.definition_number,
      changed,
      updated_at: now.toISOString(),
    },
  };
}
