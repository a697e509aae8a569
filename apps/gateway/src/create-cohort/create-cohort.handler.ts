import { Inject, Injectable } from '@nestjs/common';

import { type CohortCreated, cohortKey, TOPICS } from '#contracts';
import { appendToOutbox, OutboxRelay } from '#outbox';
import { Database } from '#persistence';

import type { Access } from '../authenticate/access.js';
import type { Shape } from '../http/shape.js';
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
    const row = await this.database.transaction(async (transaction) => {
      const created = await insertCohort(transaction, access, cohort);
      // The row we just inserted is the lock that orders this key's messages.
      await appendToOutbox(transaction, [newsOf(created)]);
      return created;
    });
    this.relay.wake();
    return row;
  }
}

function newsOf(row: CohortRow) {
  return {
    topic: TOPICS.cohortCreated,
    key: cohortKey(row.project_id, row.id),
    projectId: row.project_id,
    message: messageOf(row),
    time: row.created_at,
  };
}

function messageOf(row: CohortRow): Shape<CohortCreated> {
  return {
    schema_version: TOPICS.cohortCreated.schemaVersion,
    project_id: row.project_id,
    cohort_id: row.id,
    name: row.name,
    is_static: row.is_static,
    cohort_type: row.cohort_type,
    pending_version: row.pending_version ?? 1,
    definition_number: row.definition_number,
    created_at: row.created_at.toISOString(),
    created_by_id: row.created_by?.id ?? null,
  };
}
