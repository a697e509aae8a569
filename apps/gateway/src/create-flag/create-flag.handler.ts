import { Inject, Injectable } from '@nestjs/common';

import type { JsonObject } from '#contracts';
import { OutboxRelay } from '#outbox';
import { Database } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { lockLiveSet } from '../check-definition/refuse-loops.js';
import { checkFlagCohorts } from '../check-flag/check-flag-cohorts.js';
import type { FlagRow } from '../present-flag/flag-row.js';
import { insertFlag } from './insert-flag.js';
import { readFlagFields, readFlagFilters } from './read-flag-fields.js';

/** Everybody gets it. */
const WITHOUT_FILTERS = { groups: [{ properties: [], rollout_percentage: null }] };

/** Creates a feature flag: what it names is checked, and row and news are stored, in one transaction. */
@Injectable()
export class CreateFlagHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  /** @throws ApiError 400 */
  async create(access: Access, body: JsonObject): Promise<FlagRow> {
    const { key = '', name = '', active = true, filters: given } = readFlagFields(body, { isNew: true });
    const { filters, cohortIds } = given ?? readFlagFilters(WITHOUT_FILTERS);
    const row = await this.database.transaction(async (transaction) => {
      if (cohortIds.length > 0) {
        await lockLiveSet(transaction, access.projectId);
        await checkFlagCohorts(transaction, access.projectId, cohortIds);
      }
      return insertFlag(transaction, access, { key, name, active, filters });
    });
    this.relay.wake();
    return row;
  }
}
