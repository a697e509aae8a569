import { randomUUID } from 'node:crypto';

import { bitmapOf, serializeBitmap } from '#cohort-core';
import type { CsvMode } from '#contracts';
import type { IdKind } from '#csv';
import { changeMembers, readMembers } from '#persistence';
import { createTestProject, eventually, useDatabase } from '#testing';

import { UnreadableError } from './errors.js';
import { failImport } from './fail-import.js';
import { finishImport } from './finish-import.js';
import type { LeasedImport } from './lease-import.js';
import { findPersons } from './resolve-ids.js';
import { awaitWriters } from './settle-merges.js';

describe('persons who are merged while a file is imported', () => {
  const test = useDatabase();
  let projectId: number;
  let uuids: string[];

  beforeEach(async () => {
    projectId = (await createTestProject(test.database)).id;
    uuids = Array.from({ length: 5 }, () => randomUUID());
    await test.database.pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, created_at) SELECT $1, place - 1, uuid, now()
       FROM unnest($2::uuid[]) WITH ORDINALITY AS given (uuid, place)`,
      [projectId, uuids],
    );
    await test.database.pool.query(
      "INSERT INTO person_distinct_id (project_id, distinct_id, ordinal) SELECT $1, 'p' || n, n FROM generate_series(0, 4) AS n",
      [projectId],
    );
  });

  /** What ingestion does to a loser, but for the events. */
  async function merge(loser: number, survivor: number): Promise<void> {
    const { pool } = test.database;
    await pool.query('UPDATE person SET merged_into = $3 WHERE project_id = $1 AND ordinal = $2', [
      projectId,
      loser,
      survivor,
    ]);
    await pool.query('UPDATE person_distinct_id SET ordinal = $3 WHERE project_id = $1 AND ordinal = $2', [
      projectId,
      loser,
      survivor,
    ]);
    await pool.query(
      "INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'gone', 0, $2, $3)",
      [projectId, loser, serializeBitmap(bitmapOf([loser]))],
    );
  }

  async function find(kind: IdKind, values: string[]): Promise<[number[], readonly number[]]> {
    const { persons, unmatched } = await test.database.transaction((transaction) =>
      findPersons(transaction, projectId, kind, values),
    );
    return [persons.toArray(), unmatched];
  }

  it('are found as those they became, along a chain', async () => {
    await merge(0, 1);
    await merge(1, 2);
    expect(await find('person_id', [uuids[0]!, uuids[3]!, randomUUID()])).toEqual([[2, 3], [2]]);
    expect(await find('distinct_id', ['nobody', 'p0', 'p3'])).toEqual([[2, 3], [0]]);
  });

  it('are nobody when they are deleted', async () => {
    await merge(0, 1);
    await test.database.pool.query('UPDATE person SET deleted_at = now() WHERE project_id = $1 AND ordinal = 1', [
      projectId,
    ]);
    expect(await find('person_id', [uuids[0]!, uuids[3]!])).toEqual([[3], [0]]);
  });

  /** An import whose batches put 0, 3 (and before it 4) into the cohort. */
  async function importOf(mode: CsvMode): Promise<LeasedImport> {
    const { pool } = test.database;
    const cohort = await pool.query<{ id: number }>(
      "INSERT INTO cohort (project_id, name, is_static, is_calculating) VALUES ($1, 'test', true, true) RETURNING id",
      [projectId],
    );
    const cohortId = cohort.rows[0]!.id;
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO csv_import (project_id, cohort_id, upload_id, mode, keep_unmatched, layout, total_bytes, pieces, status, attempt,
         started_at, persons, rows, matched)
       VALUES ($1, $2, $3, $4, false, '{}', 1, 1, 'running', 1, now(), $5, 2, 2) RETURNING id`,
      [projectId, cohortId, randomUUID(), mode, serializeBitmap(bitmapOf([0, 3]))],
    );
    const add = bitmapOf(mode === 'remove' ? [1, 4] : [0, 3, 4]);
    await test.database.transaction((transaction) =>
      changeMembers(transaction, { projectId, cohortId, add, reason: 'import', at: new Date(0) }),
    );
    const layout = { separator: ',', kind: 'distinct_id', column: 0, hasHeader: false } as const;
    const account = { rows: 2, matched: 2, unmatched: 0, duplicates: 0, invalid: 0 };
    return {
      id: rows[0]!.id,
      projectId,
      cohortId,
      uploadId: randomUUID(),
      mode,
      keepUnmatched: false,
      layout,
      pieces: 1,
      attempt: 1,
      account,
      persons: null,
    };
  }

  it.each([
    ['append', [1, 3, 4]],
    ['replace', [1, 3]],
    ['remove', [4]],
  ] as const)('%s: the survivor is where the loser was when the import ends', async (mode, expected) => {
    const run = await importOf(mode);
    await merge(0, 1);
    await test.database.transaction((transaction) => finishImport(transaction, run));
    const members = await readMembers(test.database.pool, projectId, run.cohortId);
    expect(members?.bitmap.toArray()).toEqual(expected);
    expect(members?.count).toBe(expected.length);
  });

  describe('the end of an import asks for calculations of the cohorts that refer to the list', () => {
    async function referTo({ cohortId }: LeasedImport): Promise<void> {
      await test.database.pool.query(
        `INSERT INTO cohort (project_id, name, version, pending_version, filters) VALUES ($1, 'refers', 1, 1, $2)`,
        [projectId, { properties: { type: 'AND', values: [{ type: 'cohort', key: 'id', value: cohortId }] } }],
      );
    }

    async function asked(): Promise<unknown[]> {
      const { rows } = await test.database.pool.query(
        `SELECT name, calculation.version FROM calculation JOIN cohort ON cohort.id = cohort_id WHERE calculation.project_id = $1`,
        [projectId],
      );
      return rows as unknown[];
    }

    it('when it is done', async () => {
      const run = await importOf('replace');
      await referTo(run);
      await test.database.transaction((transaction) => finishImport(transaction, run));
      expect(await asked()).toEqual([{ name: 'refers', version: 2 }]);
    });

    it.each([
      [0, []],
      [2, [{ name: 'refers', version: 2 }]],
    ])('when it is given up after batches that moved %i persons', async (moved, expected) => {
      const run = await importOf('append');
      await referTo(run);
      await test.database.pool.query('UPDATE csv_import SET entered_count = $2 WHERE id = $1', [run.id, moved]);
      const config = { maxAttempts: 1, backoffMs: 1 };
      expect(await failImport(test.database, run, new UnreadableError('cut'), config)).toBe('failed');
      expect(await asked()).toEqual(expected);
    });
  });

  it('cannot slip through: the end waits for whoever is writing', async () => {
    const [writer, waiter] = await Promise.all([test.database.pool.connect(), test.database.pool.connect()]);
    let isOver = false;
    await writer.query('BEGIN');
    await writer.query('UPDATE person SET is_identified = true WHERE project_id = $1', [projectId]);
    const waiting = awaitWriters(waiter).then(() => (isOver = true));
    await eventually(async () => {
      const { rows } = await test.database.pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE query LIKE 'SELECT pg_snapshot_xmin%' AND datname = current_database()`,
      );
      expect(rows[0]?.count).toBeGreaterThan(0);
    });
    expect(isOver).toBe(false);
    await writer.query('COMMIT');
    await waiting;
    expect(isOver).toBe(true);
    writer.release();
    waiter.release();
  });
});
