import { Inject, Injectable } from '@nestjs/common';

import type { JsonObject } from '#contracts';
import { OutboxRelay } from '#outbox';
import { Database, type Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { lockLiveSet } from '../check-definition/refuse-loops.js';
import { checkFlagCohorts } from '../check-flag/check-flag-cohorts.js';
import { uniquely } from '../create-flag/insert-flag.js';
import { findFlag } from '../get-flag/find-flag.js';
import { FLAG_COLUMNS, type FlagRow, type StoredFlag } from '../present-flag/flag-row.js';
import { announceFlagEdit } from './announce-flag-edit.js';
import { type FlagEdit, readFlagEdit } from './read-flag-edit.js';

/** Fields that decide which cohorts flags use. */
const USING_FIELDS = ['filters', 'active', 'deleted'];

const LOCK_FLAG = 'SELECT 1 FROM feature_flag WHERE project_id = $1 AND id = $2 FOR UPDATE';
const STORE_EDIT = `
  UPDATE feature_flag AS f SET key = $3, name = $4, filters = $5, active = $6, deleted = $7, version = version + 1,
    updated_at = clock_timestamp()
  WHERE project_id = $1 AND id = $2 RETURNING ${FLAG_COLUMNS}`;

/** Edits, deletes and restores a feature flag: checks, fields and news are one transaction. An edit that changes nothing does nothing. */
@Injectable()
export class UpdateFlagHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  /** @throws ApiError 404 when the project has no such flag, 400 for an edit that may not be */
  async update(access: Access, flagId: number, body: JsonObject): Promise<FlagRow> {
    const row = await this.database.transaction((transaction) => update(transaction, access, flagId, body));
    this.relay.wake();
    return row;
  }
}

async function update(transaction: Transaction, access: Access, flagId: number, body: JsonObject): Promise<FlagRow> {
  const { projectId } = access;
  if (USING_FIELDS.some((field) => Object.hasOwn(body, field))) {
    await lockLiveSet(transaction, projectId);
  }
  await transaction.query(LOCK_FLAG, [projectId, flagId]);
  const stored = await findFlag(transaction, projectId, flagId);
  const edit = readFlagEdit(body, stored);
  await checkFlagCohorts(transaction, projectId, newlyUsed(stored, edit));
  if (edit.changed.length === 0) {
    return stored;
  }
  const { key, name, filters, active, deleted } = edit;
  const values = [projectId, flagId, key, name, JSON.stringify(filters), active, deleted];
  const { rows } = await uniquely(transaction.query<StoredFlag>(STORE_EDIT, values));
  const [row] = rows;
  if (row === undefined) {
    throw new Error('the flag that is being edited is gone');
  }
  await announceFlagEdit(transaction, access, row, edit.changed);
  return { ...row, created_by: stored.created_by };
}

/**
 * The cohorts that were not in use by this flag before. What an active flag uses stays usable, which edits of cohorts see to; a
 * cohort that has outgrown the limit meanwhile is no reason against renaming a flag that has it.
 */
function newlyUsed(stored: FlagRow, edit: FlagEdit): readonly number[] {
  const before = stored.active && !stored.deleted ? stored.refers_to : [];
  const isTouched = edit.changed.some((field) => USING_FIELDS.includes(field));
  return isTouched && !edit.deleted ? edit.cohortIds.filter((id) => !before.includes(id)) : [];
}
