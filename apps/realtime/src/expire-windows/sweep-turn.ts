import { PACES } from './paces.js';
import type { ProjectSweep, ProjectTime } from './project-sweep.js';

/** Then what moves all the time has its turn again. */
const BUDGET_MS = 2_000;

/** A project whose turn it is. */
export interface OwnProject {
  readonly sweep: Pick<ProjectSweep, 'open' | 'sweepPace' | 'mark' | 'lagAt'>;
  readonly time: ProjectTime;
}

export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  readonly budgetMs?: number;
  /** Told of a project that cannot be swept; the others go on. */
  readonly onError: (project: ProjectTime, error: unknown) => void;
}

/**
 * One turn of the sweeper, through all projects pace by pace: the mass that moves at midnight waits for the few that moved with the
 * minute, in whichever project. What moves all the time is always swept, of each other pace a round at least, more while there is time.
 * @param projects whoever stands first comes first
 * @returns true when the turn was over before all was done
 */
export async function takeTurn(
  projects: readonly OwnProject[],
  { signal, budgetMs = BUDGET_MS, onError }: TurnOptions,
): Promise<boolean> {
  const failed = new Set<OwnProject>();
  const forEach = async (work: (project: OwnProject) => Promise<void>) => {
    for (const project of projects.filter((one) => !failed.has(one))) {
      try {
        await work(project);
      } catch (error) {
        failed.add(project);
        onError(project.time, error);
      }
    }
  };
  await forEach(({ sweep, time }) => sweep.open(time));
  const late = new Set<OwnProject>();
  let deadline = Infinity;
  for (const pace of PACES) {
    const isOver = overAfter(deadline, signal);
    await forEach(async (project) => {
      if (!(await project.sweep.sweepPace(project.time, pace, isOver))) {
        late.add(project);
      }
    });
    deadline = pace === 'moment' ? performance.now() + budgetMs : deadline;
  }
  await forEach(async (project) => {
    if (!late.has(project)) {
      await project.sweep.mark(project.time);
    }
  });
  return late.size > 0;
}

/** Asked before each round: the first of a pace may always begin. */
function overAfter(deadline: number, signal: AbortSignal | undefined): () => boolean {
  let isFirst = true;
  return () => {
    const isOver = signal?.aborted === true || (!isFirst && performance.now() >= deadline);
    isFirst = false;
    return isOver;
  };
}
