import { Inject, Injectable } from '@nestjs/common';

import { Database, readMembers } from '#persistence';

import { notFound } from '../http/api-error.js';
import type { Page } from '../http/read-query.js';
import { type PersonRow, readPersons } from '../present-person/read-persons.js';
import { pageOfMembers } from './page-of-members.js';

/** Reads a page of the cohort's last version: members and persons as of one moment. */
@Injectable()
export class ListCohortPersonsHandler {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** @throws ApiError 404 when the project has no such cohort */
  async list(projectId: number, cohortId: number, page: Page): Promise<PersonRow[]> {
    return this.database.transaction(async (transaction) => {
      const members = await readMembers(transaction, projectId, cohortId);
      if (members === undefined) {
        throw notFound();
      }
      try {
        const ordinals = await pageOfMembers(transaction, projectId, members.bitmap, page);
        return await readPersons(transaction, projectId, ordinals);
      } finally {
        members.bitmap.dispose();
      }
    }, 'REPEATABLE READ');
  }
}
