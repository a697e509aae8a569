import { type Bitmap, BitmapScope, blockOf, blocksOf } from '#cohort-core';

import type { Transaction } from '../database.js';
import {
  type ChangedChunk,
  changeOf,
  type CohortChanges,
  lockChunks,
  type MembersDifference,
  type StoredChunk,
  writeAllChanges,
} from './chunks.js';
import { readClock } from './lock-cohort.js';
import { lockLiveSet } from './lock-live-set.js';
import type { StaticLists } from './static-lists.js';
import { membersOf } from './stored-members.js';

/** A person who is there no more, and whom she became: null when she was deleted. */
export interface GonePerson {
  readonly ordinal: number;
  readonly survivor: number | null;
}

export interface Departure {
  readonly projectId: number;
  readonly gone: readonly GonePerson[];
  /** For cohort.membership.changed. */
  readonly reason: 'merge' | 'deletion';
}

/** The calculator may be about to fill it with one of them: its snapshot does not see us. */
const UNFILLED = 'SELECT id FROM cohort WHERE project_id = $1 AND is_static AND NOT deleted AND version IS NULL';

/** Whatever became of them while this waited. */
const LOCK = `
  SELECT id, greatest(version, pending_version, 0) + 1 AS version FROM cohort
  WHERE project_id = $1 AND id = ANY($2::int[]) ORDER BY id FOR UPDATE`;

const STORE_VERSIONS = `
  UPDATE cohort SET version = stored.version, pending_version = stored.version, last_calculation = $4,
    count = (SELECT coalesce(sum(cardinality), 0)::int FROM cohort_chunk k WHERE k.project_id = $1 AND k.cohort_id = cohort.id)
  FROM unnest($2::int[], $3::int[]) AS stored (id, version) WHERE cohort.project_id = $1 AND cohort.id = stored.id`;

const NOBODY: MembersDifference = { enteredCount: 0, leftCount: 0 };

/**
 * Takes persons who are merged away or deleted out of the project's static cohorts; whom they became joins instead. Dynamic cohorts
 * follow by themselves. The caller holds the rows of these persons FOR UPDATE, so that nobody adds one of them meanwhile, and calls
 * this once a project and transaction, because it moves the blocks' epochs.
 */
export async function leaveStaticCohorts(
  transaction: Transaction,
  { projectId, gone, reason }: Departure,
  lists: StaticLists,
): Promise<MembersDifference> {
  using scope = new BitmapScope();
  // Before membership is read: who makes a list of a dynamic cohort's members holds it FOR UPDATE.
  await lockLiveSet(transaction, projectId, 'SHARE');
  const leavers = scope.of(gone.map(({ ordinal }) => ordinal));
  const concerned = [
    ...(await lists.holding(transaction, projectId, { persons: leavers, blocks: blocksOf(leavers) })),
    ...(await findUnfilled(transaction, projectId)),
  ];
  if (concerned.length === 0) {
    return NOBODY;
  }
  const { rows } = await transaction.query<{ id: number; version: number }>(LOCK, [projectId, concerned]);
  const written: CohortChanges[] = [];
  for (const { id, version } of rows) {
    const stored = await lockChunks(transaction, { projectId, cohortId: id }, blocksOfPersons(gone));
    const changed = changedChunks(stored, { gone, leavers }, scope);
    if (changed.length > 0) {
      written.push({ cohortId: id, version, changed });
    }
  }
  if (written.length === 0) {
    return NOBODY;
  }
  const at = await readClock(transaction, projectId);
  const difference = await writeAllChanges(transaction, { projectId, reason, at }, written);
  const ids = written.map(({ cohortId }) => cohortId);
  await transaction.query(STORE_VERSIONS, [projectId, ids, written.map(({ version }) => version), at]);
  return difference;
}

async function findUnfilled(transaction: Transaction, projectId: number): Promise<number[]> {
  const { rows } = await transaction.query<{ id: number }>(UNFILLED, [projectId]);
  return rows.map(({ id }) => id);
}

function blocksOfPersons(gone: readonly GonePerson[]): number[] {
  const ordinals = gone.flatMap(({ ordinal, survivor }) => (survivor === null ? [ordinal] : [ordinal, survivor]));
  return [...new Set(ordinals.map(blockOf))].sort((a, b) => a - b);
}

interface Leaving {
  readonly gone: readonly GonePerson[];
  readonly leavers: Bitmap;
}

function changedChunks(
  stored: ReadonlyMap<number, StoredChunk>,
  { gone, leavers }: Leaving,
  scope: BitmapScope,
): readonly ChangedChunk[] {
  const before = new Map([...stored].map(([chunk, kept]) => [chunk, scope.track(membersOf(kept))]));
  const joining = gone.flatMap(({ ordinal, survivor }) =>
    survivor !== null && before.get(blockOf(ordinal))?.has(ordinal) === true ? [survivor] : [],
  );
  return blocksOfPersons(gone).flatMap((chunk) => {
    const after = (members: Bitmap) => {
      const rest = scope.copy(members);
      rest.addMany(joining.filter((ordinal) => blockOf(ordinal) === chunk));
      rest.andNotInPlace(leavers);
      return rest;
    };
    return changeOf(chunk, stored.get(chunk), after, scope) ?? [];
  });
}
