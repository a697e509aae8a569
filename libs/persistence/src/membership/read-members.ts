import type { Pool, PoolClient } from 'pg';

import type { Bitmap } from '#cohort-core';

import { readBytes } from '../leaf-sources/ordinal-sets.js';
import { together } from '../together.js';
import { uniteMembers } from './stored-members.js';
import { uniteChunks } from './unite-chunks.js';

export interface Members {
  /** Null before the first calculation. */
  readonly version: number | null;
  readonly count: number;
  /** The caller disposes of it. */
  readonly bitmap: Bitmap;
}

interface MemberRow {
  version: number | null;
  cardinality: number;
  bitmap: Buffer | null;
  flipped: Buffer | null;
}

/** The members of a cohort: one version, whole, because cohort and chunks are read in one statement. @returns undefined for an unknown cohort */
export async function readMembers(
  client: Pool | PoolClient,
  projectId: number,
  cohortId: number,
): Promise<Members | undefined> {
  const result = await client.query<MemberRow>(
    `SELECT cohort.version, coalesce(chunk.cardinality, 0) AS cardinality, chunk.bitmap, chunk.flipped FROM cohort
     LEFT JOIN cohort_chunk AS chunk ON chunk.project_id = cohort.project_id AND chunk.cohort_id = cohort.id
     WHERE cohort.project_id = $1 AND cohort.id = $2`,
    [projectId, cohortId],
  );
  const [first] = result.rows;
  if (first === undefined) {
    return undefined;
  }
  const chunks = result.rows.flatMap(({ bitmap, flipped }) =>
    bitmap === null || flipped === null ? [] : [{ bitmap, flipped }],
  );
  const count = result.rows.reduce((sum, { cardinality }) => sum + cardinality, 0);
  return { version: first.version, count, bitmap: uniteMembers(chunks) };
}

const PRESENT = `SELECT bitmap FROM person_presence WHERE project_id = $1 AND kind = $2 AND ($3::int[] IS NULL OR chunk = ANY($3::int[]))`;

/** The persons of a project neither merged away nor deleted. The caller disposes of it. @param blocks only theirs; null means all */
export async function readEveryone(
  client: PoolClient,
  projectId: number,
  blocks: readonly number[] | null = null,
): Promise<Bitmap> {
  const kind = (which: 'born' | 'gone') => readBytes(client, PRESENT, [projectId, which, blocks]);
  const [born, left] = await together(client, [() => kind('born'), () => kind('gone')]);
  const everyone = uniteChunks(born);
  const gone = uniteChunks(left);
  everyone.andNotInPlace(gone);
  gone.dispose();
  return everyone;
}
