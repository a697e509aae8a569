import { Inject, Injectable } from '@nestjs/common';

import { OutboxRelay } from '#outbox';
import {
  type CohortIds,
  Database,
  lockCohort,
  type LockedCohort,
  type Transaction,
  wantCalculation,
} from '#persistence';

import type { Access } from '../authenticate/access.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { invalid, notFound } from '../http/api-error.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import { announceEdit } from '../update-cohort/announce-edit.js';

const ASK_FOR_VERSION = `
  UPDATE cohort SET pending_version = greatest(version, pending_version, 0) + 1, is_calculating = true
  WHERE project_id = $1 AND id = $2 RETURNING pending_version AS version`;

/** Asks for a new version of a cohort, whatever its age. */
@Injectable()
export class RequestCalculationHandler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  /** @throws ApiError 404 for an unknown cohort, 400 for one that is not calculated */
  async request(access: Access, cohortId: number): Promise<CohortRow> {
    const ids = { projectId: access.projectId, cohortId };
    const row = await this.database.transaction((transaction) => request(transaction, access, ids));
    this.relay.wake();
    return row;
  }
}

async function request(transaction: Transaction, access: Access, ids: CohortIds): Promise<CohortRow> {
  const locked = await lockCohort(transaction, ids, 'SHARE');
  if (locked === undefined) {
    throw notFound();
  }
  refuseUncalculated(locked);
  const { rows } = await transaction.query<{ version: number }>(ASK_FOR_VERSION, [ids.projectId, ids.cohortId]);
  if (locked.isStatic) {
    // As at its creation: the calculator drops messages about static cohorts.
    await wantCalculation(transaction, { ...ids, version: rows[0]?.version ?? 1 });
  }
  const cohort = await findCohort(transaction, ids.projectId, ids.cohortId);
  await announceEdit(transaction, access, { cohort, changed: [] });
  return cohort;
}

/** Of static cohorts only one whose criteria were never calculated successfully can be. */
function refuseUncalculated({ deleted, isStatic, version, hasCriteria }: LockedCohort): void {
  if (deleted) {
    throw invalid(null, 'This cohort is deleted. Restore it first.');
  }
  if (isStatic && (version !== null || !hasCriteria)) {
    throw invalid(null, 'A static cohort is a fixed list: there is nothing to calculate.');
  }
}
