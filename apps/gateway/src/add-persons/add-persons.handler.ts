import { Inject, Injectable } from '@nestjs/common';

import { BitmapScope } from '#cohort-core';
import type { JsonObject } from '#contracts';
import { changeMembers, type CohortIds, Database, readClock, type Transaction, wantDependents } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { invalid } from '../http/api-error.js';
import { recordActivity } from '../record-activity/record-activity.js';
import { lockStaticCohort } from '../static-members/lock-static-cohort.js';
import { isUuid, resolvePersons } from '../static-members/resolve-persons.js';
import { MAX_PERSONS } from './add-persons.request.js';

const ONLY_STATIC = 'Can only add users to static cohorts';

/** Adds persons to a static cohort: members, count, version, deltas and activity are one transaction. */
@Injectable()
export class AddPersonsHandler {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** @throws ApiError 404 for an unknown cohort, 400 in PostHog's words, 409 while the cohort is being filled */
  async add(access: Access, cohortId: number, body: JsonObject): Promise<void> {
    const cohort = await findCohort(this.database.pool, access.projectId, cohortId);
    if (!cohort.is_static) {
      throw invalid(null, ONLY_STATIC);
    }
    const uuids = readPersonIds(body['person_ids']);
    const ids = { projectId: access.projectId, cohortId };
    await this.database.transaction((transaction) => add(transaction, access, ids, uuids));
  }
}

async function add(transaction: Transaction, access: Access, ids: CohortIds, uuids: readonly string[]): Promise<void> {
  using scope = new BitmapScope();
  const ordinals = await resolvePersons(transaction, ids.projectId, uuids);
  const { name } = await lockStaticCohort(transaction, ids, ONLY_STATIC);
  if (ordinals.length === 0) {
    throw invalid(null, 'No valid users to add to cohort');
  }
  const at = await readClock(transaction, ids.projectId);
  const changed = await changeMembers(transaction, { ...ids, add: scope.of(ordinals), reason: 'api', at });
  if (changed.enteredCount > 0) {
    await wantDependents(transaction, ids);
    const activity = 'persons_added_manually';
    await recordActivity(transaction, access, { cohortId: ids.cohortId, name, activity, changes: null });
  }
}

function readPersonIds(ids: unknown): readonly string[] {
  if (!Array.isArray(ids)) {
    throw invalid(null, 'person_ids must be a list');
  }
  if (ids.length === 0) {
    throw invalid(null, 'person_ids cannot be empty');
  }
  if (ids.length > MAX_PERSONS) {
    throw invalid(null, 'List size exceeds limit');
  }
  if (!ids.every(isUuid)) {
    throw invalid(null, 'person_ids must contain valid UUIDs');
  }
  return ids;
}
