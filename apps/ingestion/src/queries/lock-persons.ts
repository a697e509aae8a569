import type { Transaction } from '#persistence';

import type { StoredPerson } from '../merge-persons/person-draft.js';

/**
 * `FOR UPDATE` when the batch may merge: nobody may resolve a person who is being merged away. `FOR NO KEY UPDATE` when
 * it changes properties. `FOR KEY SHARE` when it only adds facts: batches of the same person then run side by side.
 */
export type LockStrength = 'FOR UPDATE' | 'FOR NO KEY UPDATE' | 'FOR KEY SHARE';

export interface MentionedId {
  readonly projectId: number;
  readonly distinctId: string;
  /** Whether a merge names it: then the person's properties and birth are read too. */
  readonly isMerging: boolean;
}

export interface LockedPerson {
  /** One of the ids that were asked for. */
  readonly id: MentionedId;
  readonly person: StoredPerson;
}

interface Locked extends LockedPerson {
  /** A merge or a deletion got in between; the distinct id belongs to somebody else now, or to nobody. */
  readonly isGone: boolean;
}

/** One merge after the other may move an id while this transaction asks; more is a broken table. */
const MAX_ROUNDS = 10;

type Row = [string, number, string, boolean, boolean, Date | null, Record<string, unknown> | null];

// Every writer locks persons in this order, in one pass; rows are locked after the sort.
const SQL = `
  SELECT q.position, p.ordinal, p.uuid, p.is_identified, p.merged_into IS NOT NULL OR p.deleted_at IS NOT NULL,
         CASE WHEN q.is_merging THEN p.created_at END, CASE WHEN q.is_merging THEN p.properties END
  FROM unnest($1::int[], $2::text[], $3::boolean[]) WITH ORDINALITY q(project_id, distinct_id, is_merging, position)
  JOIN person_distinct_id d ON d.project_id = q.project_id AND d.distinct_id = q.distinct_id
  JOIN person p ON p.project_id = d.project_id AND p.ordinal = d.ordinal
  ORDER BY p.project_id, p.ordinal`;

/**
 * Resolves distinct ids and keeps their persons from being merged away until the transaction ends; ids of nobody are left
 * out. Whom a merge takes while this waits is resolved again.
 */
export async function lockPersons(
  transaction: Transaction,
  ids: readonly MentionedId[],
  strength: LockStrength,
): Promise<LockedPerson[]> {
  return resolveUntilAlive(transaction, await lock(transaction, ids, `${strength} OF p`), strength);
}

/**
 * The same for ids that got persons while the transaction already holds others. Out of order now, so never waiting:
 * fails with `lock not available` where it would have to.
 */
export async function lockMorePersons(
  transaction: Transaction,
  ids: readonly MentionedId[],
  strength: LockStrength,
): Promise<LockedPerson[]> {
  return resolveUntilAlive(transaction, await lock(transaction, ids, `${strength} OF p NOWAIT`), strength);
}

async function resolveUntilAlive(
  transaction: Transaction,
  locked: readonly Locked[],
  strength: LockStrength,
): Promise<LockedPerson[]> {
  const alive: LockedPerson[] = [];
  let current = locked;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    alive.push(...current.filter(({ isGone }) => !isGone));
    const gone = current.filter(({ isGone }) => isGone);
    if (gone.length === 0) {
      return alive;
    }
    current = await lock(
      transaction,
      gone.map(({ id }) => id),
      `${strength} OF p NOWAIT`,
    );
  }
  throw new Error('distinct ids belong to persons who are gone: whoever deletes a person deletes her distinct ids');
}

async function lock(transaction: Transaction, ids: readonly MentionedId[], clause: string): Promise<Locked[]> {
  const result = await transaction.query<Row>({
    text: `${SQL} ${clause}`,
    values: [ids.map((id) => id.projectId), ids.map((id) => id.distinctId), ids.map((id) => id.isMerging)],
    rowMode: 'array',
  });
  return result.rows.map((row) => toLockedPerson(ids, row));
}

function toLockedPerson(ids: readonly MentionedId[], row: Row): Locked {
  const [position, ordinal, uuid, isIdentified, isGone, createdAt, properties] = row;
  const id = ids[Number(position) - 1];
  if (id === undefined) {
    throw new Error(`the database answered for distinct id ${position}, which was not asked for`);
  }
  const merging = createdAt === null ? {} : { merging: { createdAt, properties: properties ?? {} } };
  return { id, isGone, person: { ordinal, uuid, isIdentified, ...merging } };
}
