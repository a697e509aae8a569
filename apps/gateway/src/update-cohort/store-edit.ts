import { bitmapOf } from '#cohort-core';
import { type CohortIds, moveLiveSet, readClock, replaceMembers, type Transaction, wantDependents } from '#persistence';

import type { CohortRow } from '../present-cohort/cohort-row.js';
import type { CheckedEdit } from './check-edit.js';
import { bringBackList, forgetList, keepList, settleList } from './kept-list.js';

/** What an edit does to the versions of the cohort. */
type Turn =
  /** A static cohort, or one that stays deleted: only its fields. */
  | 'none'
  /** A new version is asked for. */
  | 'calculate'
  /** Everybody leaves. */
  | 'empty'
  /** The members of this moment become a list. */
  | 'freeze'
  /** The list of a static cohort comes back. */
  | 'bring back';

const STORE_FIELDS = `
  UPDATE cohort SET name = $3, description = $4, groups = $5, filters = $6, is_static = $7, deleted = $8,
    cohort_type = CASE WHEN limit_exceeded AND $11::int = 0 THEN cohort_type ELSE $9 END,
    condition_type = $10, definition_number = definition_number + $11::int
  WHERE project_id = $1 AND id = $2`;

/** Above every version that was ever asked for: a run that is still under way gives up at its flip. */
const NEXT = 'greatest(version, pending_version, 0) + 1';
const ASK_FOR_VERSION = `UPDATE cohort SET pending_version = ${NEXT}, is_calculating = true WHERE project_id = $1 AND id = $2`;
/** Nothing keeps it live any more: a restored cohort waits for its calculation. */
const SKIP_VERSION = `
  UPDATE cohort SET version = ${NEXT}, pending_version = ${NEXT}, is_calculating = false, live_filters = NULL, live_error = NULL,
    live_failed_at = NULL, limit_exceeded = false
  WHERE project_id = $1 AND id = $2 RETURNING version`;
const STORE_COUNT = 'UPDATE cohort SET count = 0 WHERE project_id = $1 AND id = $2';

function turnOf(stored: CohortRow, edit: CheckedEdit): Turn {
  if (edit.deleted) {
    return stored.deleted ? 'none' : 'empty';
  }
  if (!edit.isStatic) {
    return 'calculate';
  }
  if (stored.deleted) {
    return 'bring back';
  }
  return stored.is_static ? 'none' : 'freeze';
}

/** Writes an edit: the fields, then what they mean for members and versions. The caller holds the locks of a writer of membership. */
export async function storeEdit(transaction: Transaction, stored: CohortRow, edit: CheckedEdit): Promise<void> {
  const ids = { projectId: stored.project_id, cohortId: stored.id };
  await transaction.query(STORE_FIELDS, [
    ids.projectId,
    ids.cohortId,
    edit.name,
    edit.description,
    JSON.stringify(edit.groups),
    edit.filters,
    edit.isStatic,
    edit.deleted,
    edit.cohortType,
    edit.conditionType,
    edit.isRedefined ? 1 : 0,
  ]);
  await TURNS[turnOf(stored, edit)](transaction, ids, stored);
}

const TURNS: Readonly<Record<Turn, (transaction: Transaction, ids: CohortIds, stored: CohortRow) => Promise<void>>> = {
  none: () => Promise.resolve(),
  async calculate(transaction, ids, stored) {
    if (stored.deleted) {
      await forgetList(transaction, ids);
    }
    await transaction.query(ASK_FOR_VERSION, [ids.projectId, ids.cohortId]);
  },
  async empty(transaction, ids, stored) {
    if (stored.is_static) {
      await keepList(transaction, ids);
    }
    const version = await skipVersion(transaction, ids);
    const at = await readClock(transaction, ids.projectId);
    const nobody = bitmapOf();
    try {
      await replaceMembers(transaction, { ...ids, version, members: nobody, reason: 'deletion', at });
    } finally {
      nobody.dispose();
    }
    await transaction.query(STORE_COUNT, [ids.projectId, ids.cohortId]);
  },
  async freeze(transaction, ids) {
    await skipVersion(transaction, ids);
    await settleList(transaction, ids, await readClock(transaction, ids.projectId));
    await wantDependents(transaction, ids);
  },
  async 'bring back'(transaction, ids) {
    await bringBackList(transaction, ids, await readClock(transaction, ids.projectId));
    // Nobody keeps cohorts live that refer to a list.
    await wantDependents(transaction, ids);
  },
};

async function skipVersion(transaction: Transaction, ids: CohortIds): Promise<number> {
  await moveLiveSet(transaction, ids.projectId);
  const { rows } = await transaction.query<{ version: number }>(SKIP_VERSION, [ids.projectId, ids.cohortId]);
  if (rows[0] === undefined) {
    throw new Error('the cohort that is being edited is gone');
  }
  return rows[0].version;
}
