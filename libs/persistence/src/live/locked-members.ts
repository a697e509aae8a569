import type { Transaction } from '../database.js';
import { together } from '../together.js';
import type { LiveCohort } from './live-cohort.js';

/** Blocks of a project's persons that are locked. */
export interface LockedBlocks {
  readonly projectId: number;
  /** Which PostgreSQL answered, and since when it runs. */
  readonly server: string;
  /** Block → how many commits have changed members in it. */
  readonly epochs: ReadonlyMap<number, number>;
}

interface LockedBlock {
  readonly block: number;
  readonly epoch: number;
  readonly server: string;
}

const LOCK_BLOCKS = `
  SELECT block, epoch::float8 AS epoch, pg_postmaster_start_time()::text AS server FROM membership_epoch
  WHERE project_id = $1 AND block = ANY($2::int[]) ORDER BY block FOR UPDATE`;

/**
 * Holds the versions of cohorts until the transaction ends: a flip waits, other live writers do not.
 * @param cohorts in the order of their ids
 * @param alone of these other live writers wait too
 * @returns cohort → version
 */
export async function lockVersions(
  transaction: Transaction,
  projectId: number,
  cohorts: readonly Pick<LiveCohort, 'id'>[],
  alone: ReadonlySet<number>,
): Promise<Map<number, number>> {
  const versions = new Map<number, number>();
  await together(
    transaction,
    runsOf(cohorts, alone).map(({ ids, strength }) => async () => {
      const { rows } = await transaction.query<{ id: number; version: number }>(
        `SELECT id, version FROM cohort WHERE project_id = $1 AND id = ANY($2::int[]) ORDER BY id FOR ${strength}`,
        [projectId, ids],
      );
      rows.forEach(({ id, version }) => versions.set(id, version));
    }),
  );
  return versions;
}

interface LockRun {
  readonly ids: number[];
  readonly strength: 'SHARE' | 'UPDATE';
}

/** One statement takes one kind of lock, and the order of the ids must stay. */
function runsOf(cohorts: readonly Pick<LiveCohort, 'id'>[], alone: ReadonlySet<number>): LockRun[] {
  const runs: LockRun[] = [];
  for (const { id } of cohorts) {
    const strength = alone.has(id) ? 'UPDATE' : 'SHARE';
    const last = runs.at(-1);
    if (last?.strength === strength) {
      last.ids.push(id);
    } else {
      runs.push({ ids: [id], strength });
    }
  }
  return runs;
}

/**
 * Keeps other live writers out of these blocks of persons until the transaction ends. One row a block stands for the chunks of all
 * live cohorts in it (hundreds): flips, the only others who write those chunks, are kept out by the cohorts' own rows.
 */
export async function lockBlocks(
  transaction: Transaction,
  projectId: number,
  blocks: readonly number[],
): Promise<LockedBlocks> {
  const lock = async () => (await transaction.query<LockedBlock>(LOCK_BLOCKS, [projectId, blocks])).rows;
  let rows = await lock();
  if (rows.length !== blocks.length) {
    await transaction.query(
      `INSERT INTO membership_epoch (project_id, block, epoch) SELECT $1, block, 0 FROM unnest($2::int[]) AS block ORDER BY block
       ON CONFLICT DO NOTHING`,
      [projectId, blocks],
    );
    rows = await lock();
  }
  const epochs = new Map(rows.map(({ block, epoch }) => [block, epoch]));
  return { projectId, server: rows[0]?.server ?? '', epochs };
}
