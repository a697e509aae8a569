import type { Pool, QueryConfig } from 'pg';

import { BLOCK_BITS } from '#cohort-core';

import type { ChunkRow } from './block-members.js';

/** A dead connection must not hold up everybody who asks. pg ends the wait and the connection; its types do not know the field. */
const WITHIN = { query_timeout: 5_000 };

export interface BlockQuestion {
  readonly projectId: number;
  readonly block: number;
}

export interface PersonQuestion {
  readonly projectId: number;
  readonly distinctId: string;
}

export interface FoundPerson {
  /** Null: nobody has the distinct id. */
  readonly ordinal: number | null;
  /** Of her block. */
  readonly epoch: number;
}

/** What was asked for, and which PostgreSQL answered: since when it runs tells it from a replica that takes over. */
export interface Answered<T> {
  readonly server: string;
  readonly answer: T;
}

/** Once a statement: said in each row, it made a question for sixteen blocks a tenth longer. */
const SERVER = 'CASE place WHEN 1 THEN pg_postmaster_start_time()::text END AS server';

/** Before the first write of a block it has no row. */
const EPOCH = 'coalesce(moved.epoch, 0)::float8 AS epoch';

/**
 * Always true. PostgreSQL expects ten rows of an array it does not see, finds such a plan dearer than one made for the values at hand,
 * and so would plan anew for every question: 0.2 of its 0.4 ms. After these it expects one row.
 */
const EXPECT_ONE = 'asked.place > 0 AND asked.project_id > 0';

const EPOCHS = `
  SELECT ${EPOCH}, ${SERVER} FROM unnest($1::int[], $2::int[]) WITH ORDINALITY AS asked (project_id, block, place)
  LEFT JOIN membership_epoch AS moved ON moved.project_id = asked.project_id AND moved.block = asked.block
  WHERE ${EXPECT_ONE} ORDER BY place`;

const PERSONS = `
  SELECT known.ordinal, ${EPOCH}, ${SERVER} FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS asked (project_id, distinct_id, place)
  LEFT JOIN person_distinct_id AS known ON known.project_id = asked.project_id AND known.distinct_id = asked.distinct_id
  LEFT JOIN membership_epoch AS moved ON moved.project_id = known.project_id AND moved.block = known.ordinal >> ${BLOCK_BITS}
  WHERE ${EXPECT_ONE} ORDER BY place`;

/** Epoch and chunks in one statement, so of one snapshot; a row without a chunk when none has changed. */
const CHUNKS = `
  SELECT ${EPOCH}, pg_postmaster_start_time()::text AS server, changed.cohort_id AS "cohortId", changed.bitmap, changed.flipped
  FROM (VALUES ($1::int, $2::int)) AS asked (project_id, block)
  LEFT JOIN membership_epoch AS moved ON moved.project_id = asked.project_id AND moved.block = asked.block
  LEFT JOIN cohort_chunk AS changed
    ON changed.project_id = asked.project_id AND changed.chunk = asked.block AND changed.epoch > $3`;

/** The epoch of each block at this moment. */
export async function readEpochs(
  pool: Pool,
  asked: readonly BlockQuestion[],
): Promise<Answered<Pick<FoundPerson, 'epoch'>[]>> {
  const columns = [asked.map(({ projectId }) => projectId), asked.map(({ block }) => block)];
  const { rows } = await pool.query<FromServer & { epoch: number }>(query('membership-epochs', EPOCHS, columns));
  return { server: serverOf(rows), answer: rows };
}

/** Who the distinct ids belong to, and the epochs of their blocks. */
export async function findPersons(pool: Pool, asked: readonly PersonQuestion[]): Promise<Answered<FoundPerson[]>> {
  const columns = [asked.map(({ projectId }) => projectId), asked.map(({ distinctId }) => distinctId)];
  const { rows } = await pool.query<FromServer & FoundPerson>(query('membership-persons', PERSONS, columns));
  return { server: serverOf(rows), answer: rows };
}

/** The chunks of a block that commits after `epoch` wrote, and the block's epoch. */
export async function readChunksSince(
  pool: Pool,
  { projectId, block }: BlockQuestion,
  epoch: number,
): Promise<Answered<{ readonly epoch: number; readonly chunks: ChunkRow[] }>> {
  const { rows } = await pool.query<FromServer & { epoch: number } & (ChunkRow | NoChunk)>(
    query('membership-chunks', CHUNKS, [projectId, block, epoch]),
  );
  const chunks = rows.flatMap((row) =>
    row.cohortId === null ? [] : [{ cohortId: row.cohortId, bitmap: row.bitmap, flipped: row.flipped }],
  );
  return { server: serverOf(rows), answer: { epoch: rows[0]?.epoch ?? 0, chunks } };
}

interface NoChunk {
  readonly cohortId: null;
}

interface FromServer {
  /** In the first row at least. */
  readonly server: string | null;
}

function serverOf([first]: readonly FromServer[]): string {
  return first?.server ?? '';
}

function query(name: string, text: string, values: unknown[]): QueryConfig {
  return { name, text, values, ...WITHIN };
}
