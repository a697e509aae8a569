import { flagKey, TOPICS } from '#contracts';
import { appendToOutbox, type OutboxMessage } from '#outbox';
import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { StoredFlag } from '../present-flag/flag-row.js';

/** Tells `flag.updated` or, for a delete, `flag.deleted`. The caller holds the flag's row, which orders the messages of its key. */
export async function announceFlagEdit(
  transaction: Transaction,
  access: Access,
  flag: StoredFlag,
  changed: readonly string[],
): Promise<void> {
  await appendToOutbox(transaction, [messageOf(access, flag, changed)]);
}

function messageOf({ projectId, user }: Access, flag: StoredFlag, changed: readonly string[]): OutboxMessage {
  const { id: flag_id, version, key, active, deleted, updated_at } = flag;
  const common = { schema_version: 1, project_id: projectId, flag_id, version, by_id: user.id };
  const envelope = { key: flagKey(projectId, flag_id), projectId, time: updated_at };
  if (deleted && changed.includes('deleted')) {
    const message = { ...common, deleted_at: updated_at.toISOString() };
    return { ...envelope, topic: TOPICS.flagDeleted, message };
  }
  const cohort_ids = [...flag.refers_to];
  const state = { key, active, deleted, cohort_ids, updated_at: updated_at.toISOString() };
  return { ...envelope, topic: TOPICS.flagUpdated, message: { ...common, ...state, changed: [...changed] } };
}
