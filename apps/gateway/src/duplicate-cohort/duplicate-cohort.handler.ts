import { Inject, Injectable } from '@nestjs/common';

import { OutboxRelay } from '#outbox';
import { Database, lockCohort, readEveryone, readMembers, type Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { storeFirstMembers } from '../create-cohort/fill-static-cohort.js';
import { insertCohort } from '../create-cohort/insert-cohort.js';
import { MAX_NAME } from '../create-cohort/read-new-cohort.js';
import { notFound } from '../http/api-error.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';

const SUFFIX = ' (static copy)';

/** Makes a static cohort of the members that another has at this moment. */
@Injectable()
export class DuplicateCohortHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  /** @throws ApiError 404 when the project has no such cohort */
  async duplicate(access: Access, cohortId: number): Promise<CohortRow> {
    const row = await this.database.transaction((transaction) => duplicate(transaction, access, cohortId));
    this.relay.wake();
    return row;
  }
}

async function duplicate(transaction: Transaction, access: Access, cohortId: number): Promise<CohortRow> {
  const ids = { projectId: access.projectId, cohortId };
  // A merge that is under way has looked for its loser's lists, and would not see this one.
  const original = await lockCohort(transaction, ids, 'UPDATE');
  const members = await readMembers(transaction, ids.projectId, cohortId);
  if (original === undefined || members === undefined) {
    throw notFound();
  }
  const everyone = await readEveryone(transaction, ids.projectId);
  try {
    // Who was merged away or deleted since the calculation is in no new list.
    members.bitmap.andInPlace(everyone);
    const checked = { cohortType: null, conditionType: null };
    const row = await insertCohort(transaction, access, copyOf(original.name), checked);
    return await storeFirstMembers(transaction, row, members.bitmap);
  } finally {
    everyone.dispose();
    members.bitmap.dispose();
  }
}

function copyOf(name: string) {
  const kept = Array.from(name)
    .slice(0, MAX_NAME - SUFFIX.length)
    .join('');
  const nothing = { definition: undefined, groups: [], personIds: [], givenType: undefined };
  return { name: `${kept}${SUFFIX}`, description: '', isStatic: true, ...nothing };
}
