import { randomUUID } from 'node:crypto';

import { createTestProject, useDatabase } from '#testing';

import { purgeReports } from './purge-reports.js';

describe('reports of imports', () => {
  const test = useDatabase();

  async function importEnded(projectId: number, daysAgo: number | null): Promise<string> {
    const { pool } = test.database;
    const cohort = await pool.query<{ id: number }>(
      "INSERT INTO cohort (project_id, name, is_static) VALUES ($1, 'list', true) RETURNING id",
      [projectId],
    );
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO csv_import (project_id, cohort_id, upload_id, mode, keep_unmatched, layout, total_bytes, pieces, finished_at)
       VALUES ($1, $2, $3, 'append', false, '{}', 1, 1, clock_timestamp() - $4 * interval '1 day') RETURNING id`,
      [projectId, cohort.rows[0]?.id, randomUUID(), daysAgo],
    );
    const id = rows[0]?.id ?? '';
    await pool.query(
      "INSERT INTO csv_import_row (import_id, status, line, value, reason) VALUES ($1, 'invalid', 2, '', 'The id is empty.')",
      [id],
    );
    return id;
  }

  it('name rows for thirty days after the end, and the account stays', async () => {
    const { id: projectId } = await createTestProject(test.database);
    const [old, young, open] = [
      await importEnded(projectId, 31),
      await importEnded(projectId, 29),
      await importEnded(projectId, null),
    ];
    await purgeReports(test.database.pool);
    const { pool } = test.database;
    const reported = await pool.query<{ import_id: string }>('SELECT import_id FROM csv_import_row');
    expect(reported.rows.map((row) => row.import_id).sort()).toEqual([young, open].sort());
    expect((await pool.query('SELECT 1 FROM csv_import WHERE id = $1', [old])).rowCount).toBe(1);
  });
});
