import type { Transaction } from '#persistence';

import type { StoredPerson } from '../merge-persons/person-draft.js';

/**
 * `FOR UPDATE` when the batch may merge or delete: nobody may resolve a person who is on her way out. `FOR NO KEY UPDATE` when
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
 * Resolves distinct ids and keeps their persons from being merged away until the transaction ends. Left out are ids of nobody,
 * and ids whose person a merge took while this waited: whoever gives them to a new person finds that they are taken, and asks again.
 */
export function lockPersons(
  transaction: Transaction,
  ids: readonly MentionedId[],
  strength: LockStrength,
): Promise<LockedPerson[]> {
  return lock(transaction, ids, `${strength} OF p`);
}

/**
 * The same for ids that got other persons while the transaction already holds some. Out of order now, so never waiting:
 * fails with `lock not available` where it would have to.
 */
export function lockMorePersons(
  transaction: Transaction,
  ids: readonly MentionedId[],
  strength: LockStrength,
): Promise<LockedPerson[]> {
  return lock(transaction, ids, `${strength} OF p NOWAIT`);
}

async function lock(transaction: Transaction, ids: readonly MentionedId[], clause: string): Promise<LockedPerson[]> {
  const result = await transaction.query<Row>({
    text: `${SQL} ${clause}`,
    values: [ids.map((id) => id.projectId), ids.map((id) => id.distinctId), ids.map((id) => id.isMerging)],
    rowMode: 'array',
  });
  return result.rows.filter(([, , , , isGone]) => !isGone).map((row) => toLockedPerson(ids, row));
}

function toLockedPerson(ids: readonly MentionedId[], row: Row): LockedPerson {
  const [position, ordinal, uuid, isIdentified, , createdAt, properties] = row;
  const id = ids[Number(position) - 1];
  if (id === undefined) {
    throw new Error(`the database answered for distinct id ${position}, which was not asked for`);
  }
  const merging = createdAt === null ? {} : { merging: { createdAt, properties: properties ?? {} } };
  return { id, person: { ordinal, uuid, isIdentified, ...merging } };
}
