import { Inject, Injectable } from '@nestjs/common';

import { BitmapScope } from '#cohort-core';
import type { JsonObject } from '#contracts';
import { changeMembers, type CohortIds, Database, readClock, type Transaction, wantDependents } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { invalid, notFound } from '../http/api-error.js';
import { recordActivity } from '../record-activity/record-activity.js';
import { lockStaticCohort } from '../static-members/lock-static-cohort.js';
import { isUuid, resolvePersons } from '../static-members/resolve-persons.js';

const ONLY_STATIC = 'Can only remove users from static cohorts';

/** Removes a person from a static cohort: members, count, version, delta and activity are one transaction. */
@Injectable()
export class RemovePersonHandler {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** @throws ApiError 404 for an unknown cohort or person, 400 in PostHog's words, 409 while the cohort is being filled */
  async remove(access: Access, cohortId: number, body: JsonObject): Promise<void> {
    const cohort = await findCohort(this.database.pool, access.projectId, cohortId);
    if (!cohort.is_static) {
      throw invalid(null, ONLY_STATIC);
    }
    const uuid = readPersonId(body['person_id']);
    const ids = { projectId: access.projectId, cohortId };
    await this.database.transaction((transaction) => remove(transaction, access, ids, uuid));
  }
}

async function remove(transaction: Transaction, access: Access, ids: CohortIds, uuid: string): Promise<void> {
  using scope = new BitmapScope();
  const ordinals = await resolvePersons(transaction, ids.projectId, [uuid]);
  const { name } = await lockStaticCohort(transaction, ids, ONLY_STATIC);
  if (ordinals.length === 0) {
    throw notFound("Person with this UUID does not exist in the cohort's team");
  }
  const at = await readClock(transaction, ids.projectId);
  const changed = await changeMembers(transaction, { ...ids, remove: scope.of(ordinals), reason: 'api', at });
  if (changed.leftCount > 0) {
    await wantDependents(transaction, ids);
    const activity = 'person_removed_manually';
    await recordActivity(transaction, access, { cohortId: ids.cohortId, name, activity, changes: null });
  }
}

function readPersonId(id: unknown): string {
  if (id === undefined || id === null || id === '') {
    throw invalid(null, 'person_id is required');
  }
  if (typeof id !== 'string') {
    throw invalid(null, 'person_id must be a string');
  }
  if (!isUuid(id)) {
    throw invalid(null, 'person_id must be a valid UUID');
  }
  return id;
}
