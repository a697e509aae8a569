import { setTimeout as sleep } from 'node:timers/promises';

import type { PoolClient } from 'pg';

import { type Bitmap, BitmapScope } from '#cohort-core';
import type { Transaction } from '#persistence';

import type { LeasedImport } from './lease-import.js';
import { readGone } from './read-gone.js';
import { resolveOrdinals } from './resolve-ids.js';

const POLL_MS = 20;
/** Transactions of Muster last seconds at most; then the import is tried again. */
const WITHIN_MS = 60_000;

/**
 * Waits until every transaction that writes at this moment has ended. A merge that could not see the members of our last batch is
 * committed then, and one that begins later moves the membership itself.
 */
export async function awaitWriters(client: PoolClient): Promise<void> {
  // A number of our own: whoever writes by now has a smaller one. The end of a snapshot would not do, it leaves out the newest.
  const { rows } = await client.query<{ horizon: string }>('SELECT pg_current_xact_id()::text AS horizon');
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const state = await client.query<{ over: boolean }>(
      'SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS over',
      [rows[0]?.horizon],
    );
    if (state.rows[0]?.over === true) {
      return;
    }
    if (performance.now() > deadline) {
      throw new Error(`a transaction has been writing for ${WITHIN_MS} ms`);
    }
    await sleep(POLL_MS);
  }
}

export interface Settled {
  /** Whom the rows belong to, merged persons as those they became. */
  readonly persons: Bitmap;
  /** Who of the file is not there any more. */
  readonly gone: Bitmap;
  /** Whom these became. */
  readonly survivors: Bitmap;
}

/** Whom the rows of an import belong to by now. Survivors stay locked, so call it before the cohort is locked. The caller disposes of all three. */
export async function settleMerges(transaction: Transaction, run: LeasedImport): Promise<Settled> {
  using scope = new BitmapScope();
  const { rows } = await transaction.query<{ persons: Buffer | null }>('SELECT persons FROM csv_import WHERE id = $1', [
    run.id,
  ]);
  const bytes = rows[0]?.persons;
  const persons = bytes == null ? scope.of() : scope.deserialize(bytes);
  const gone = scope.track(await readGone(transaction, run.projectId));
  gone.andInPlace(persons);
  const survivors = gone.isEmpty
    ? scope.of()
    : scope.track((await resolveOrdinals(transaction, run.projectId, gone.toArray())).persons);
  persons.andNotInPlace(gone);
  persons.orInPlace(survivors);
  return { persons: scope.release(persons), gone: scope.release(gone), survivors: scope.release(survivors) };
}
