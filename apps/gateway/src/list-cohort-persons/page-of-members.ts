import type { Bitmap } from '#cohort-core';
import type { Transaction } from '#persistence';

import type { Page } from '../http/read-query.js';
import { IS_ALIVE } from '../present-person/read-persons.js';

/** Looking a member up by ordinal and sorting costs about ten times as much as stepping over a person of the index. */
const LOOKUP_COST = 10;
const SCAN_ROWS = 10_000;

const COUNT_ORDINALS = 'SELECT next_ordinal AS ordinals FROM person_counter WHERE project_id = $1';

const LOOK_UP = `
  SELECT p.ordinal FROM person p WHERE p.project_id = $1 AND p.ordinal = ANY($2::int[]) AND ${IS_ALIVE}
  ORDER BY p.created_at DESC, p.ordinal DESC LIMIT $3 OFFSET $4`;

/** Pages by key, not by offset: each page starts where the one before ended, at the precision the database sorts by. */
const SCAN = `
  SELECT p.ordinal, p.created_at::text AS created_at FROM person p
  WHERE p.project_id = $1 AND (p.created_at, p.ordinal) < ($2::timestamptz, $3) AND ${IS_ALIVE}
  ORDER BY p.created_at DESC, p.ordinal DESC LIMIT $4`;

interface Scanned {
  readonly ordinal: number;
  readonly created_at: string;
}

/** Ordinals of the members on a page, newest person first; the cheaper of two ways, so that neither a huge nor a rare cohort is slow. */
export async function pageOfMembers(
  transaction: Transaction,
  projectId: number,
  members: Bitmap,
  page: Page,
): Promise<number[]> {
  if (members.size <= page.offset) {
    return [];
  }
  const { rows } = await transaction.query<{ ordinals: number }>(COUNT_ORDINALS, [projectId]);
  const stepsToPageEnd = ((page.offset + page.limit) / members.size) * (rows[0]?.ordinals ?? 0);
  return members.size * LOOKUP_COST < stepsToPageEnd
    ? lookUp(transaction, projectId, members, page)
    : scan(transaction, projectId, members, page);
}

export async function lookUp(
  transaction: Transaction,
  projectId: number,
  members: Bitmap,
  page: Page,
): Promise<number[]> {
  const values = [projectId, members.toArray(), page.limit, page.offset];
  const { rows } = await transaction.query<{ ordinal: number }>(LOOK_UP, values);
  return rows.map(({ ordinal }) => ordinal);
}

/** @param step how many persons are read at a time */
export async function scan(
  transaction: Transaction,
  projectId: number,
  members: Bitmap,
  page: Page,
  step = SCAN_ROWS,
): Promise<number[]> {
  const found: number[] = [];
  let skip = page.offset;
  let after: Scanned = { created_at: 'infinity', ordinal: 0 };
  for (let isMore = true; isMore && found.length < page.limit;) {
    const { rows } = await transaction.query<Scanned>(SCAN, [projectId, after.created_at, after.ordinal, step]);
    const hits = rows.filter(({ ordinal }) => members.has(ordinal));
    found.push(...hits.slice(skip).map(({ ordinal }) => ordinal));
    skip = Math.max(0, skip - hits.length);
    after = rows.at(-1) ?? after;
    isMore = rows.length === step;
  }
  return found.slice(0, page.limit);
}
