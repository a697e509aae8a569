import { type Bitmap, BitmapScope } from '#cohort-core';
import type { IdKind } from '#csv';
import { readOrdinalSets, type Transaction } from '#persistence';

import { FIND_IDS } from './find-ids.js';
import { readGone } from './read-gone.js';

export interface Resolved {
  /** Persons who are there; the caller disposes of it. */
  readonly persons: Bitmap;
  /** Places in what was given, from 0, of ids that are nobody's. */
  readonly unmatched: readonly number[];
}

/** As strings, or as `IdList` keeps them. */
type Ids = readonly string[] | Buffer;

interface Found {
  ordinals: number[] | null;
  missing: number[] | null;
  /** Who is merged away, beside the places that named her. */
  gone_places: number[] | null;
  gone_into: number[] | null;
}

/** Persons are locked in the order in which every writer locks them, before the cohort and its chunks. */
const lockedHits = (hits: string): string => `
  hit AS MATERIALIZED (
    SELECT found.place, p.ordinal, p.merged_into, p.deleted_at
    FROM (${hits}) AS found (place, ordinal) JOIN person AS p ON p.project_id = $1 AND p.ordinal = found.ordinal
    ORDER BY p.ordinal FOR KEY SHARE OF p
  )
  SELECT (SELECT array_agg(ordinal) FROM hit WHERE merged_into IS NULL AND deleted_at IS NULL) AS ordinals,
    (SELECT array_agg(place) FROM given
      WHERE NOT EXISTS (SELECT 1 FROM hit WHERE hit.place = given.place AND deleted_at IS NULL)) AS missing,
    (SELECT array_agg(place ORDER BY place, merged_into) FROM hit WHERE merged_into IS NOT NULL AND deleted_at IS NULL) AS gone_places,
    (SELECT array_agg(merged_into ORDER BY place, merged_into) FROM hit WHERE merged_into IS NOT NULL AND deleted_at IS NULL)
      AS gone_into`;

const GIVEN =
  'WITH given AS (SELECT value, place::int FROM unnest($2::text[]) WITH ORDINALITY AS list (value, place)),';

const FOLLOW = `
  WITH given AS (SELECT place, ordinal FROM unnest($2::int[], $3::int[]) AS list (place, ordinal)),
  ${lockedHits('SELECT place, ordinal FROM given')}`;

/** A chain of merges longer than this is no chain. */
const MAX_MERGES = 100;

/**
 * Who the ids belong to, without a lock: a batch of a hundred thousand would write to every page of the table. Who is merged away
 * after this was read is found when the import ends (`settleMerges`).
 */
export async function findPersons(
  transaction: Transaction,
  projectId: number,
  kind: IdKind,
  values: Ids,
): Promise<Resolved> {
  using scope = new BitmapScope();
  const sets = await readOrdinalSets(transaction, findSql(kind), [projectId, values], 2);
  const [persons, missing] = sets.map((set) => scope.track(set));
  const gone = scope.track(await readGone(transaction, projectId));
  if (persons === undefined || missing === undefined || persons.intersects(gone)) {
    return await resolveIds(transaction, projectId, kind, values);
  }
  return { persons: scope.release(persons), unmatched: missing.toArray().map((place) => place - 1) };
}

const findSql = (kind: IdKind): string => `
  ${GIVEN} hit AS (${FIND_IDS[kind]})
  SELECT array_agg(ordinal) FILTER (WHERE ordinal IS NOT NULL), array_agg(place) FILTER (WHERE ordinal IS NULL) FROM hit`;

/**
 * Who the ids belong to. The persons stay locked (FOR KEY SHARE) until the transaction ends, so that nobody is merged away between
 * this and the write; whoever was merged before, or while this waited, is followed to the person she became.
 */
export async function resolveIds(
  transaction: Transaction,
  projectId: number,
  kind: IdKind,
  values: Ids,
): Promise<Resolved> {
  return follow(
    transaction,
    projectId,
    await query(transaction, `${GIVEN} ${lockedHits(FIND_IDS[kind])}`, [projectId, values]),
  );
}

/** The same for persons who are known already: places are those in `ordinals`. */
export async function resolveOrdinals(
  transaction: Transaction,
  projectId: number,
  ordinals: readonly number[],
): Promise<Resolved> {
  const places = ordinals.map((_, index) => index + 1);
  return follow(transaction, projectId, await query(transaction, FOLLOW, [projectId, places, ordinals]));
}

async function follow(transaction: Transaction, projectId: number, first: Found): Promise<Resolved> {
  using scope = new BitmapScope();
  const persons = scope.of();
  let found = first;
  const unmatched = (found.missing ?? []).map((place) => place - 1);
  persons.addMany(found.ordinals ?? []);
  for (let merges = 0; found.gone_places !== null && merges < MAX_MERGES; merges += 1) {
    found = await query(transaction, FOLLOW, [projectId, found.gone_places, found.gone_into]);
    persons.addMany(found.ordinals ?? []);
    unmatched.push(...(found.missing ?? []).map((place) => place - 1));
  }
  return { persons: scope.release(persons), unmatched: [...new Set(unmatched)].sort((a, b) => a - b) };
}

async function query(transaction: Transaction, text: string, values: unknown[]): Promise<Found> {
  const { rows } = await transaction.query<Found>(text, values);
  return rows[0] ?? { ordinals: null, missing: null, gone_places: null, gone_into: null };
}
