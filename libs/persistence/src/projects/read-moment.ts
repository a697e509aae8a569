import type { Transaction } from '../database.js';

/** When, and by which clock, facts of a project are judged. */
export interface ProjectMoment {
  readonly timezone: string;
  /** The database's clock plus the project's offset. */
  readonly at: Date;
}

/** As the first statement of a snapshot, so that `at` and the facts belong together; of a writer, under its locks. */
export async function readMoment(transaction: Transaction, projectId: number): Promise<ProjectMoment> {
  const { rows } = await transaction.query<ProjectMoment>(
    'SELECT timezone, clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
    [projectId],
  );
  if (rows[0] === undefined) {
    throw new Error(`no project ${projectId}`);
  }
  return rows[0];
}
