import type { Pool } from 'pg';

import { createApiKey, createProject, hashApiKey } from '#persistence';

import type { StackState } from './stack-state.js';

const DEMO_PROJECT = 'Demo';

/**
 * The project of this data directory: the remembered one while the database still has it and its key; else the database's own
 * demo project with a new key (another data directory made it); else a new one.
 */
export async function findOrCreateProject(
  pool: Pool,
  remembered: StackState | undefined,
  demoWanted: boolean,
  today: string,
): Promise<StackState> {
  if (remembered !== undefined && (await isKnown(pool, remembered))) {
    return remembered;
  }
  const found = await pool.query<{ id: number; token: string }>(
    'SELECT id, token FROM project WHERE name = $1 ORDER BY id LIMIT 1',
    [DEMO_PROJECT],
  );
  const existing = found.rows[0];
  const project = existing ?? (await createProject(pool, { name: DEMO_PROJECT }));
  const { key } = await createApiKey(pool, { label: 'npm start', scopes: ['*'] });
  return {
    project_id: project.id,
    project_token: project.token,
    personal_api_key: key,
    demo: existing === undefined && demoWanted ? 'wanted' : 'left out',
    demo_until: today,
  };
}

async function isKnown(pool: Pool, state: StackState): Promise<boolean> {
  const result = await pool.query(
    'SELECT 1 FROM project, personal_api_key WHERE project.id = $1 AND token = $2 AND hash = $3',
    [state.project_id, state.project_token, hashApiKey(state.personal_api_key)],
  );
  return result.rowCount === 1;
}

/** @returns the id that the next cohort gets, unless another is created first */
export async function nextCohortId(pool: Pool): Promise<number> {
  const result = await pool.query<{ next: number }>(
    `SELECT (CASE WHEN is_called THEN last_value + 1 ELSE last_value END)::int AS next FROM cohort_id_seq`,
  );
  return result.rows[0]?.next ?? 1;
}
