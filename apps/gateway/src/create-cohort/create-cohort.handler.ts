import { Inject, Injectable } from '@nestjs/common';

import { cohortsOf } from '#cohort-core';
import { OutboxRelay } from '#outbox';
import { Database } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { checkDefinition } from '../check-definition/check-definition.js';
import { lockLiveSet } from '../check-definition/refuse-loops.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import { type Client, insertCohort } from './insert-cohort.js';
import type { NewCohort } from './read-new-cohort.js';
import { refuseOtherType } from './refuse-other-sources.js';

/** Creates a cohort: the row and its news are committed together, Kafka is not needed. */
@Injectable()
export class CreateCohortHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  async create(access: Access, cohort: NewCohort): Promise<CohortRow> {
    const row = await this.store(access, cohort);
    this.relay.wake();
    return row;
  }

  /** Only who refers to other cohorts has to keep them from being deleted meanwhile; all else is one statement. */
  private async store(access: Access, cohort: NewCohort): Promise<CohortRow> {
    const tree = cohort.definition?.tree;
    if (tree === undefined || cohortsOf(tree).length === 0) {
      return checkAndInsert(this.database.pool, access, cohort);
    }
    return this.database.transaction(async (transaction) => {
      await lockLiveSet(transaction, access.projectId);
      return checkAndInsert(transaction, access, cohort);
    });
  }
}

async function checkAndInsert(client: Client, access: Access, cohort: NewCohort): Promise<CohortRow> {
  const tree = cohort.definition?.tree;
  const checked =
    tree === undefined
      ? { cohortType: null, conditionType: null }
      : await checkDefinition(client, access.projectId, tree);
  refuseOtherType(cohort.givenType, tree, checked.cohortType);
  return insertCohort(client, access, cohort, checked);
}
