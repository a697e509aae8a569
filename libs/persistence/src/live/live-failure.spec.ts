import { createTestProject, useDatabase } from '#testing';

import { LiveFailure, stopKeepingLive } from './live-failure.js';

describe('a cohort that fails to be kept live', () => {
  const test = useDatabase();
  let projectId: number;

  beforeEach(async () => {
    ({ id: projectId } = await createTestProject(test.database));
  });

  async function liveCohort(version: number): Promise<number> {
    const { rows } = await test.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, version, pending_version) VALUES ($1, 'live', $2, $2) RETURNING id`,
      [projectId, version],
    );
    return rows[0]?.id ?? 0;
  }

  it('leaves the live set as the version that failed, not as one that came meanwhile', async () => {
    const [failed, renewed] = [await liveCohort(2), await liveCohort(3)];
    const errors = [failed, renewed].map((id) => [id, new Error('broken')] as const);
    const versions = [failed, renewed].map((id) => [id, 2] as const);
    await stopKeepingLive(test.database, projectId, new LiveFailure(new Map(errors), new Map(versions)));
    const { rows } = await test.database.pool.query(
      'SELECT id, live_error IS NOT NULL AS is_stopped, pending_version FROM cohort WHERE project_id = $1 ORDER BY id',
      [projectId],
    );
    expect(rows).toEqual([
      { id: failed, is_stopped: true, pending_version: 3 },
      { id: renewed, is_stopped: false, pending_version: 3 },
    ]);
    const wanted = await test.database.pool.query('SELECT cohort_id, version FROM calculation WHERE project_id = $1', [
      projectId,
    ]);
    expect(wanted.rows).toEqual([{ cohort_id: failed, version: 3 }]);
  });
});
