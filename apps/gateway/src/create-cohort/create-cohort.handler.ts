import { Inject, Injectable } from '@nestjs/common';

import { cohortsOf } from '#cohort-core';
import { OutboxRelay } from '#outbox';
import { Database } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { checkDefinition, type CheckedDefinition } from '../check-definition/check-definition.js';
import { lockLiveSet } from '../check-definition/refuse-loops.js';
import { refuseOtherType } from '../check-definition/refuse-other-type.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import type { Adopt } from '../upload-csv/adopt.js';
import { fillStaticCohort } from './fill-static-cohort.js';
import { type Client, insertCohort } from './insert-cohort.js';
import type { NewCohort } from './read-new-cohort.js';

/** Creates a cohort: the row and its news are committed together, Kafka is not needed. */
@Injectable()
export class CreateCohortHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  /** @param adopt gives a cohort that was made from a file its import, in the same transaction */
  async create(access: Access, cohort: NewCohort, adopt?: Adopt): Promise<CohortRow> {
    const row = await this.store(access, cohort, adopt);
    this.relay.wake();
    return row;
  }

  /** A dynamic cohort is one statement, unless it refers to others and has to keep them from being deleted meanwhile. */
  private async store(access: Access, cohort: NewCohort, adopt: Adopt | undefined): Promise<CohortRow> {
    if (cohort.isStatic) {
      return this.database.transaction(async (transaction) => {
        const insert = () => checkAndInsert(transaction, access, cohort);
        const row = await fillStaticCohort(transaction, access, cohort, insert);
        return adopt === undefined ? row : adopt(transaction, row);
      });
    }
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
  const checked = await check(client, access, cohort);
  const stored = [checked.cohortType];
  const typed = { isStatic: cohort.isStatic, tree: cohort.definition?.tree, stored };
  const given = await refuseOtherType(client, access.projectId, cohort.givenType, typed);
  const cohortType = cohort.isStatic ? (given ?? null) : checked.cohortType;
  return insertCohort(client, access, cohort, { ...checked, cohortType });
}

async function check(client: Client, access: Access, { definition, isStatic }: NewCohort): Promise<CheckedDefinition> {
  if (definition === undefined) {
    return { cohortType: null, conditionType: null };
  }
  const checked = await checkDefinition(client, access.projectId, definition.tree);
  return isStatic ? { ...checked, cohortType: null } : checked;
}
