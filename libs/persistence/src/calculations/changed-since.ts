import type { Pool } from 'pg';

import { type Bitmap, BitmapScope } from '#cohort-core';

import type { Transaction } from '../database.js';
import { readBytes } from '../leaf-sources/ordinal-sets.js';

/** A look outside of a transaction is good enough to see whether there is much. */
type Client = Pool | Transaction;

/** The change numbers of the chunks of the cohorts that were read: `cohort:chunk` → revision. */
type ReadRevisions = ReadonlyMap<string, bigint>;

/** What a calculation has read, to ask later what has changed since. */
export interface ReadState {
  /** `pg_snapshot` as text. */
  readonly snapshot: string;
  readonly revisions: ReadRevisions;
}

/** Notes what this transaction reads; in REPEATABLE READ, its one snapshot. @param references ids of the cohorts that are read */
export async function noteReadState(
  transaction: Transaction,
  projectId: number,
  references: readonly number[],
): Promise<ReadState> {
  const { rows } = await transaction.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
  return { snapshot: rows[0]?.snapshot ?? '', revisions: await readRevisions(transaction, projectId, references) };
}

/**
 * The persons whose answers may have changed since: those in change rows whose transaction the snapshot does not see (never by a
 * time or a sequence: neither is the order of commits), and those who entered or left a referenced cohort. The caller disposes of it.
 */
export async function personsChangedSince(
  client: Client,
  projectId: number,
  { snapshot, revisions }: ReadState,
  references: readonly number[],
): Promise<Bitmap> {
  using scope = new BitmapScope();
  const changed = scope.of();
  const facts = await readBytes(
    client,
    `SELECT persons FROM person_change
     WHERE project_id = $1 AND xid >= pg_snapshot_xmin($2::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $2::pg_snapshot)`,
    [projectId, snapshot],
  );
  const moved = await personsMovedSince(client, projectId, revisions, references);
  for (const bytes of [...facts, ...moved]) {
    const one = scope.deserialize(bytes);
    changed.orInPlace(one);
    scope.release(one).dispose();
  }
  return scope.release(changed);
}

async function readRevisions(
  client: Client,
  projectId: number,
  references: readonly number[],
): Promise<Map<string, bigint>> {
  if (references.length === 0) {
    return new Map();
  }
  const { rows } = await client.query<{ cohort_id: number; chunk: number; revision: string }>(
    'SELECT cohort_id, chunk, revision FROM cohort_chunk WHERE project_id = $1 AND cohort_id = ANY($2::int[])',
    [projectId, references],
  );
  return new Map(rows.map((row) => [`${row.cohort_id}:${row.chunk}`, BigInt(row.revision)]));
}

/** @returns the bitmaps of the deltas since. @throws when a delta is gone: then only a new snapshot tells */
async function personsMovedSince(
  client: Client,
  projectId: number,
  revisions: ReadRevisions,
  references: readonly number[],
): Promise<Buffer[]> {
  const now = await readRevisions(client, projectId, references);
  const moved = [...now].filter(([key, revision]) => revision !== (revisions.get(key) ?? 0n));
  if (moved.length === 0) {
    return [];
  }
  const { rows } = await client.query<{ entered: Buffer; left_: Buffer }>(
    `SELECT entered, left_ FROM unnest($2::int[], $3::int[], $4::bigint[]) AS since (cohort_id, chunk, revision)
     JOIN membership_delta AS delta ON delta.project_id = $1 AND delta.cohort_id = since.cohort_id AND delta.chunk = since.chunk
       AND delta.revision > since.revision`,
    [
      projectId,
      moved.map(([key]) => Number(key.split(':')[0])),
      moved.map(([key]) => Number(key.split(':')[1])),
      moved.map(([key]) => String(revisions.get(key) ?? 0n)),
    ],
  );
  const expected = moved.reduce((sum, [key, revision]) => sum + revision - (revisions.get(key) ?? 0n), 0n);
  if (BigInt(rows.length) < expected) {
    throw new Error('deltas of a referenced cohort were purged while a calculation was under way');
  }
  return rows.flatMap(({ entered, left_ }) => [entered, left_]);
}
