import { Inject, Injectable } from '@nestjs/common';

import type { JsonObject } from '#contracts';
import { OutboxRelay } from '#outbox';
import { Database, lockCohort, type Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { notFound } from '../http/api-error.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import { type Activity, recordActivity } from '../record-activity/record-activity.js';
import type { Adopt } from '../upload-csv/adopt.js';
import { announceEdit } from './announce-edit.js';
import { checkEdit } from './check-edit.js';
import { listChanges } from './list-changes.js';
import { readEdit } from './read-edit.js';
import { storeEdit } from './store-edit.js';

/** Fields that touch references, or which cohorts are kept live. */
const LIVE_SET_FIELDS = ['filters', 'groups', 'is_static', 'deleted'];

/** Edits, deletes and restores a cohort: fields, members, versions, news and activity are one transaction. */
@Injectable()
export class UpdateCohortHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  /** @throws ApiError 404 when the project has no such cohort, 400 for an edit that may not be */
  async update(access: Access, cohortId: number, body: JsonObject, adopt?: Adopt): Promise<CohortRow> {
    const row = await this.database.transaction(async (transaction) => {
      const updated = await update(transaction, access, cohortId, body);
      return adopt === undefined ? updated : adopt(transaction, updated);
    });
    this.relay.wake();
    return row;
  }
}

async function update(
  transaction: Transaction,
  access: Access,
  cohortId: number,
  body: JsonObject,
): Promise<CohortRow> {
  const ids = { projectId: access.projectId, cohortId };
  const liveSet = LIVE_SET_FIELDS.some((field) => Object.hasOwn(body, field)) ? 'UPDATE' : 'SHARE';
  if ((await lockCohort(transaction, ids, liveSet)) === undefined) {
    throw notFound();
  }
  const stored = await findCohort(transaction, ids.projectId, cohortId);
  const edit = await checkEdit(transaction, access, stored, readEdit(body, stored));
  const changes = listChanges(stored, edit);
  await storeEdit(transaction, stored, edit);
  const cohort = await findCohort(transaction, ids.projectId, cohortId);
  if (changes.length > 0) {
    const activity = activityOf(stored, cohort);
    await recordActivity(transaction, access, { cohortId, name: cohort.name, activity, changes });
  }
  if (changes.length > 0 || cohort.pending_version !== stored.pending_version) {
    await announceEdit(transaction, access, { cohort, changed: changes.map(({ field }) => field) });
  }
  return cohort;
}

function activityOf(before: CohortRow, after: CohortRow): Activity {
  if (before.deleted === after.deleted) {
    return 'updated';
  }
  return after.deleted ? 'deleted' : 'restored';
}
