import type { Bitmap } from '#cohort-core';
import type { Transaction } from '#persistence';

import type { Page } from '../http/read-query.js';
import { IS_ALIVE } from '../present-person/read-persons.js';
import type { PagePlace } from './page-place.js';

/** Looking a member up by ordinal and sorting costs about ten times as much as stepping over a person of the index. */
const LOOKUP_COST = 10;
const MIN_SCAN_ROWS = 200;
const MAX_SCAN_ROWS = 10_000;

const COUNT_ORDINALS = 'SELECT next_ordinal AS ordinals FROM person_counter WHERE project_id = $1';

const NEWEST: PagePlace = { created_at: 'infinity', ordinal: 0 };

const LOOK_UP = `
  SELECT p.ordinal FROM person p
  WHERE p.project_id = $1 AND p.ordinal = ANY($2::int[]) AND (p.created_at, p.ordinal) < ($3::timestamptz, $4) AND ${IS_ALIVE}
  ORDER BY p.created_at DESC, p.ordinal DESC LIMIT $5 OFFSET $6`;

/**
 * Pages by key, not by offset: each page starts where the one before ended, at the precision the database sorts by. One row a step:
 * to read ten thousand rows cost more than to find them.
 */
const SCAN = `
  SELECT coalesce(array_agg(ordinal ORDER BY created_at DESC, ordinal DESC), '{}') AS ordinals, min(created_at)::text AS created_at
  FROM (
    SELECT p.ordinal, p.created_at FROM person p
    WHERE p.project_id = $1 AND (p.created_at, p.ordinal) < ($2::timestamptz, $3) AND ${IS_ALIVE}
    ORDER BY p.created_at DESC, p.ordinal DESC LIMIT $4
  ) AS step`;

const PLACE = 'SELECT ordinal, created_at::text AS created_at FROM person WHERE project_id = $1 AND ordinal = $2';

interface Step {
  readonly ordinals: readonly number[];
  /** Of the last one; null when there is none. */
  readonly created_at: string | null;
}

/** A page of members: after a place where an earlier one ended, else after so many. */
export interface MembersPage extends Page {
  readonly after?: PagePlace | undefined;
}

/** Ordinals of the members on a page, newest person first; the cheaper of two ways, so that neither a huge nor a rare cohort is slow. */
export async function pageOfMembers(
  transaction: Transaction,
  projectId: number,
  members: Bitmap,
  page: MembersPage,
): Promise<number[]> {
  const skipped = skippedOf(page);
  if (members.size <= skipped) {
    return [];
  }
  const { rows } = await transaction.query<{ ordinals: number }>(COUNT_ORDINALS, [projectId]);
  const stepsToPageEnd = ((skipped + page.limit) / members.size) * (rows[0]?.ordinals ?? 0);
  return members.size * LOOKUP_COST < stepsToPageEnd
    ? lookUp(transaction, projectId, members, page)
    : scan(transaction, projectId, members, page, stepOf(stepsToPageEnd));
}

/** Reads little more than the page needs, in bounds. */
function stepOf(expected: number): number {
  return Math.min(MAX_SCAN_ROWS, Math.max(MIN_SCAN_ROWS, Math.ceil(expected * 1.1)));
}

/** How many members have to be passed over. */
function skippedOf({ after, offset }: MembersPage): number {
  return after === undefined ? offset : 0;
}

/** Where a page ends that has this person last. */
export async function placeOf(transaction: Transaction, projectId: number, ordinal: number): Promise<PagePlace> {
  const { rows } = await transaction.query<PagePlace>(PLACE, [projectId, ordinal]);
  if (rows[0] === undefined) {
    throw new Error(`no person ${ordinal} in project ${projectId}`);
  }
  return rows[0];
}

export async function lookUp(
  transaction: Transaction,
  projectId: number,
  members: Bitmap,
  page: MembersPage,
): Promise<number[]> {
  const { created_at, ordinal } = page.after ?? NEWEST;
  const values = [projectId, members.toArray(), created_at, ordinal, page.limit, skippedOf(page)];
  const { rows } = await transaction.query<{ ordinal: number }>(LOOK_UP, values);
  return rows.map((row) => row.ordinal);
}

/** @param step how many persons are read at a time */
export async function scan(
  transaction: Transaction,
  projectId: number,
  members: Bitmap,
  page: MembersPage,
  step = MAX_SCAN_ROWS,
): Promise<number[]> {
  const found: number[] = [];
  let skip = skippedOf(page);
  let after: PagePlace | undefined = page.after ?? NEWEST;
  while (after !== undefined && found.length < page.limit) {
    const read: Step = await readStep(transaction, projectId, after, step);
    const hits = read.ordinals.filter((ordinal) => members.has(ordinal));
    found.push(...hits.slice(skip));
    skip = Math.max(0, skip - hits.length);
    after = read.ordinals.length === step ? endOf(read) : undefined;
  }
  return found.slice(0, page.limit);
}

async function readStep(transaction: Transaction, projectId: number, after: PagePlace, step: number): Promise<Step> {
  const { rows } = await transaction.query<Step>(SCAN, [projectId, after.created_at, after.ordinal, step]);
  return rows[0] ?? { ordinals: [], created_at: null };
}

function endOf({ ordinals, created_at }: Step): PagePlace | undefined {
  const ordinal = ordinals.at(-1);
  return created_at === null || ordinal === undefined ? undefined : { created_at, ordinal };
}
