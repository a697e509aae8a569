import { Inject, Injectable } from '@nestjs/common';

import { OutboxRelay } from '#outbox';
import { Database } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import { insertCohort } from './insert-cohort.js';
import type { NewCohort } from './read-new-cohort.js';

/** Creates a cohort: the row and its news are committed together, Kafka is not needed. */
@Injectable()
export class CreateCohortHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  async create(access: Access, cohort: NewCohort): Promise<CohortRow> {
    const row = await insertCohort(this.database.pool, access, cohort);
    this.relay.wake();
    return row;
  }
}
