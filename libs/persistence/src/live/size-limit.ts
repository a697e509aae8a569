import type { Database, Transaction } from '../database.js';
import { moveLiveSet } from '../membership/lock-cohort.js';
import { lockLiveSet } from '../membership/lock-live-set.js';
import { IS_LIVE, type LiveCohort } from './live-cohort.js';

/** What is told of a cohort and its size limit. */
export interface LimitNews {
  readonly kind: 'approaching' | 'exceeded';
  readonly projectId: number;
  readonly cohortId: number;
  readonly count: number;
  readonly limit: number;
}

/** How many persons a cohort that flags may use can hold. */
export interface SizeLimit {
  readonly maxPersons: number;
  /** Tells of it in the transaction that makes it true. */
  announce(transaction: Transaction, news: LimitNews): Promise<void>;
}

/** Of the limit: from there on writers of the cohort take turns, and its owner is told. */
const APPROACHING = 0.8;
/** More than all live writers together add to a cohort at once; below the limit by less, they take turns. */
const IN_FLIGHT = 500_000;

function isApproaching(count: number, { maxPersons }: SizeLimit): boolean {
  return count >= maxPersons * APPROACHING;
}

/** What the cohort says of it, in the API. */
export function tooLarge(count: number, { maxPersons }: SizeLimit): string {
  return `The cohort would hold ${count} persons, more than the limit of ${maxPersons}. It stays as it was until it fits again.`;
}

/** A cohort so near to its limit that only one writer at a time may change it. */
export interface NearLimit {
  readonly count: number;
  /** That has been told. */
  readonly isTold: boolean;
}

/** A cohort turned out to be near its limit under a lock that is shared: begin anew. */
export class NearLimitUnderShare extends Error {}

/** A change would take cohorts beyond their limit; nothing was written. */
export class LimitExceeded extends Error {
  /** @param counts cohort → the persons that it would hold */
  constructor(readonly counts: ReadonlyMap<number, number>) {
    super(`beyond the size limit: cohorts ${[...counts.keys()].join(', ')}`);
    this.name = 'LimitExceeded';
  }
}

/**
 * Which of the cohorts are near their limit. No cohort holds more persons than the project has ordinals, so most projects are
 * done with one look at their counter.
 */
export async function findNearLimit(
  transaction: Transaction,
  projectId: number,
  cohorts: readonly LiveCohort[],
  limit: SizeLimit,
): Promise<Map<number, NearLimit>> {
  const { rows } = await transaction.query<{ next_ordinal: number }>(
    'SELECT next_ordinal FROM person_counter WHERE project_id = $1',
    [projectId],
  );
  if (!isApproaching(rows[0]?.next_ordinal ?? 0, limit) || cohorts.length === 0) {
    return new Map();
  }
  const found = await transaction.query<{ id: number; count: number; isTold: boolean }>(
    `SELECT id, limit_approached AS "isTold", (
       SELECT coalesce(sum(cardinality), 0)::int FROM cohort_chunk AS chunk WHERE chunk.project_id = $1 AND chunk.cohort_id = cohort.id
     ) AS count FROM cohort WHERE project_id = $1 AND id = ANY($2::int[]) AND cohort_type = 'realtime'`,
    [projectId, cohorts.map(({ id }) => id)],
  );
  const near = found.rows.filter(({ count }) => isApproaching(count, limit) || count + IN_FLIGHT > limit.maxPersons);
  return new Map(near.map(({ id, count, isTold }) => [id, { count, isTold }]));
}

interface Change {
  readonly cohortId: number;
  readonly entered: number;
  readonly left: number;
}

/** @throws LimitExceeded when a change would take a cohort beyond the limit */
export function refuseBeyondLimit(
  changes: readonly Change[],
  near: ReadonlyMap<number, NearLimit>,
  { maxPersons }: SizeLimit,
): void {
  const beyond = changes.flatMap(({ cohortId, entered, left }): [number, number][] => {
    const count = near.get(cohortId)?.count;
    return count !== undefined && entered > left && count + entered - left > maxPersons
      ? [[cohortId, count + entered - left]]
      : [];
  });
  if (beyond.length > 0) {
    throw new LimitExceeded(new Map(beyond));
  }
}

/** Tells of cohorts that came near their limit, and forgets it of those that are below again. The caller holds their rows FOR UPDATE. */
export async function noteNearLimit(
  transaction: Transaction,
  projectId: number,
  { changes, near, limit }: { changes: readonly Change[]; near: ReadonlyMap<number, NearLimit>; limit: SizeLimit },
): Promise<void> {
  for (const { cohortId, entered, left } of changes) {
    const before = near.get(cohortId);
    if (before !== undefined) {
      const count = before.count + entered - left;
      await noteApproach(transaction, { projectId, cohortId, count, isTold: before.isTold }, limit);
    }
  }
}

/** As {@link noteNearLimit}, of one cohort with that many persons. */
export async function noteApproach(
  transaction: Transaction,
  { projectId, cohortId, count, isTold }: { projectId: number; cohortId: number; count: number; isTold: boolean },
  limit: SizeLimit,
): Promise<void> {
  const isNear = isApproaching(count, limit);
  if (isNear === isTold) {
    return;
  }
  await transaction.query('UPDATE cohort SET limit_approached = $3 WHERE project_id = $1 AND id = $2', [
    projectId,
    cohortId,
    isNear,
  ]);
  if (isNear) {
    await limit.announce(transaction, { kind: 'approaching', projectId, cohortId, count, limit: limit.maxPersons });
  }
}

const FREEZE = `
  UPDATE cohort SET limit_exceeded = true, last_error_message = $3
  WHERE project_id = $1 AND id = $2 AND ${IS_LIVE}`;

/** Takes cohorts out of the live set as they are; their scheduled calculations try again whether they fit. */
export async function freezeCohorts(
  database: Database,
  projectId: number,
  { counts }: LimitExceeded,
  limit: SizeLimit,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await lockLiveSet(transaction, projectId, 'UPDATE');
    for (const [cohortId, count] of [...counts].sort(([one], [other]) => one - other)) {
      const frozen = await transaction.query(FREEZE, [projectId, cohortId, tooLarge(count, limit)]);
      if (frozen.rowCount === 1) {
        await limit.announce(transaction, { kind: 'exceeded', projectId, cohortId, count, limit: limit.maxPersons });
      }
    }
    await moveLiveSet(transaction, projectId);
  });
}
