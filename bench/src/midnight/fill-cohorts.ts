import { parseFilters } from '#cohort-core';
import { type Database, evaluateInProject, lockLiveSet, moveLiveSet, readMoment, replaceMembers } from '#persistence';

/** Cohorts of one snapshot: their equal leaves are asked once. */
const TOGETHER = 500;
const WORKERS = 2;

const INSERT = `
  INSERT INTO cohort (project_id, name, filters, live_filters, version, pending_version, last_calculation)
  SELECT $1, 'Cohort ' || n, filters, filters, 1, 1, now() FROM unnest($2::jsonb[]) WITH ORDINALITY AS given (filters, n)
  ORDER BY n RETURNING id`;
const MARK = 'INSERT INTO cohort_sweep (project_id, cohort_id, swept_to) SELECT $1, unnest($2::int[]), $3';

interface NewCohort {
  readonly id: number;
  readonly filters: object;
}

/** Live cohorts as their first flips leave them, many in a commit; nobody is told who entered. @returns their ids, in order */
export async function fillCohorts(
  database: Database,
  projectId: number,
  definitions: readonly object[],
): Promise<number[]> {
  const ids = await insertAll(database, projectId, definitions);
  const alike = ids
    .map((id, index): NewCohort => ({ id, filters: definitions[index] ?? {} }))
    .sort((a, b) => (JSON.stringify(a.filters) < JSON.stringify(b.filters) ? -1 : 1));
  const parts = Array.from({ length: Math.ceil(alike.length / TOGETHER) }, (_, index) =>
    alike.slice(index * TOGETHER, (index + 1) * TOGETHER),
  );
  const work = async () => {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      await fill(database, projectId, part);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  await database.pool.query(`DELETE FROM membership_delta WHERE project_id = $1 AND reason = 'calculation'`, [
    projectId,
  ]);
  return ids;
}

function insertAll(database: Database, projectId: number, definitions: readonly object[]): Promise<number[]> {
  return database.transaction(async (transaction) => {
    await moveLiveSet(transaction, projectId);
    const { rows } = await transaction.query<{ id: number }>(INSERT, [
      projectId,
      definitions.map((filters) => JSON.stringify(filters)),
    ]);
    return rows.map(({ id }) => id).sort((a, b) => a - b);
  });
}

async function fill(database: Database, projectId: number, cohorts: readonly NewCohort[]): Promise<void> {
  const trees = cohorts.map(({ filters }) => parseFilters(filters).tree);
  const { at, answers } = await database.transaction(async (snapshot) => {
    const moment = await readMoment(snapshot, projectId);
    return { ...moment, answers: await evaluateInProject(snapshot, trees, { ...moment, projectId, within: null }) };
  }, 'REPEATABLE READ');
  await database.transaction(async (transaction) => {
    await lockLiveSet(transaction, projectId, 'UPDATE');
    for (const [index, members] of answers.entries()) {
      const cohortId = cohorts[index]?.id ?? 0;
      await replaceMembers(transaction, { projectId, cohortId, version: 1, members, reason: 'calculation', at });
      members.dispose();
    }
    await transaction.query(MARK, [projectId, cohorts.map(({ id }) => id), at]);
  });
}
