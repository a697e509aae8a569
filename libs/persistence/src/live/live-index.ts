import type { Transaction } from '../database.js';
import { lockLiveSet } from '../membership/lock-live-set.js';
import { IS_LIVE, type LiveCohort, readLiveCohort } from './live-cohort.js';
import { ProjectIndex } from './project-index.js';

interface Definition {
  readonly id: number;
  /** Of the filters as text: equal ones are read once. */
  readonly digest: string;
}

interface Known {
  readonly digest: string;
  readonly read: LiveCohort | Error;
}

/**
 * Which cohorts of each project are kept live, by what news they want. Each project's part carries the number of its live set and is
 * made anew when that has moved, so nobody has to tell this process of an edit.
 */
export class LiveIndex {
  private readonly projects = new Map<number, ProjectIndex>();
  private readonly definitions = new Map<number, Known>();

  /** The index of a project, held as it is until the transaction ends: it locks the live set FOR SHARE. */
  async open(transaction: Transaction, projectId: number): Promise<ProjectIndex> {
    const number = await lockLiveSet(transaction, projectId, 'SHARE');
    const known = this.projects.get(projectId);
    if (known?.number === number) {
      return known;
    }
    const index = await this.build(transaction, projectId, number);
    this.projects.set(projectId, index);
    return index;
  }

  private async build(transaction: Transaction, projectId: number, number: string): Promise<ProjectIndex> {
    const { rows } = await transaction.query<Definition>(
      `SELECT id, md5(live_filters::text) AS digest FROM cohort WHERE project_id = $1 AND ${IS_LIVE} ORDER BY id`,
      [projectId],
    );
    const changed = rows.filter(({ id, digest }) => this.definitions.get(id)?.digest !== digest);
    await this.read(transaction, projectId, changed);
    this.forget(this.projects.get(projectId), rows);
    const read = rows.map(({ id }) => [id, this.definitions.get(id)?.read] as const);
    const cohorts = read.flatMap(([, cohort]) => (cohort === undefined || cohort instanceof Error ? [] : [cohort]));
    const unreadable = new Map(read.filter(([, cohort]) => cohort instanceof Error));
    const resolved = await resolveActions(transaction, projectId, cohorts);
    return new ProjectIndex(number, new Map(resolved.map((cohort) => [cohort.id, cohort])), unreadable);
  }

  private async read(transaction: Transaction, projectId: number, changed: readonly Definition[]): Promise<void> {
    if (changed.length === 0) {
      return;
    }
    const digests = new Map(changed.map(({ id, digest }) => [id, digest]));
    const { rows } = await transaction.query<{ id: number; live_filters: unknown }>(
      'SELECT id, live_filters FROM cohort WHERE project_id = $1 AND id = ANY($2::int[])',
      [projectId, [...digests.keys()]],
    );
    for (const { id, live_filters } of rows) {
      this.definitions.set(id, { digest: digests.get(id) ?? '', read: readOrError(id, live_filters) });
    }
  }

  private forget(before: ProjectIndex | undefined, now: readonly Definition[]): void {
    const alive = new Set(now.map(({ id }) => id));
    for (const id of before?.cohorts.keys() ?? []) {
      if (!alive.has(id)) {
        this.definitions.delete(id);
      }
    }
  }
}

function readOrError(id: number, filters: unknown): LiveCohort | Error {
  try {
    return readLiveCohort(id, filters);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Adds the events that the steps of actions name. */
async function resolveActions(
  transaction: Transaction,
  projectId: number,
  cohorts: readonly LiveCohort[],
): Promise<LiveCohort[]> {
  const ids = [...new Set(cohorts.flatMap(({ actions }) => actions))];
  if (ids.length === 0) {
    return [...cohorts];
  }
  const { rows } = await transaction.query<{ id: number; steps: { event: string }[] }>(
    'SELECT id, steps FROM action WHERE project_id = $1 AND id = ANY($2::int[])',
    [projectId, ids],
  );
  const events = new Map(rows.map(({ id, steps }) => [id, steps.map(({ event }) => `event:${event}` as const)]));
  return cohorts.map((cohort) => {
    const further = cohort.actions.flatMap((id) => events.get(id) ?? []);
    return further.length === 0 ? cohort : { ...cohort, facts: [...new Set([...cohort.facts, ...further])] };
  });
}
