import { type Pace, PACES } from './paces.js';
import type { ProjectSweep, ProjectTime } from './project-sweep.js';

/** Then what moves all the time has its turn again. */
const BUDGET_MS = 2_000;
/** Of this a round is taken in every project. */
const ALL_BEGIN: Pace = 'minute';

/** A project whose turn it is. */
export interface OwnProject {
  readonly sweep: Pick<ProjectSweep, 'open' | 'isDue' | 'sweepRound' | 'mark' | 'lagAt'>;
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
 * minute, in whichever project. What moves all the time is always swept, a round of what moves with the minute in every project: it has to be
 * right within ten seconds, however much there is to do elsewhere. Of each other pace a round at least; more in turns, while there is time.
 * @param projects whoever stands first comes first
 * @returns true when the turn was over before all was done
 */
export async function takeTurn(
  projects: readonly OwnProject[],
  { signal, budgetMs = BUDGET_MS, onError }: TurnOptions,
): Promise<boolean> {
  const failed = new Set<OwnProject>();
  const forEach = async (some: readonly OwnProject[], work: (project: OwnProject) => Promise<void>) => {
    for (const project of some.filter((one) => !failed.has(one))) {
      try {
        await work(project);
      } catch (error) {
        failed.add(project);
        onError(project.time, error);
      }
    }
  };
  await forEach(projects, ({ sweep, time }) => sweep.open(time));
  const late = new Set<OwnProject>();
  let deadline = Infinity;
  for (const pace of PACES) {
    const isDue = (one: OwnProject) => !failed.has(one) && one.sweep.isDue(pace);
    let due = projects.filter(isDue);
    const isOver = overAfter(deadline, signal, pace === ALL_BEGIN ? due.length : 1);
    for (; due.length > 0; due = due.filter((one) => isDue(one) && !late.has(one))) {
      await forEach(due, async (project) => {
        if (isOver()) {
          late.add(project);
        } else {
          await project.sweep.sweepRound(project.time, pace);
        }
      });
    }
    deadline = pace === 'moment' ? performance.now() + budgetMs : deadline;
  }
  await forEach(projects, async (project) => {
    if (!late.has(project)) {
      await project.sweep.mark(project.time);
    }
  });
  return late.size > 0;
}

/** Asked before each round of a pace. @param always so many may begin whatever the time */
function overAfter(deadline: number, signal: AbortSignal | undefined, always: number): () => boolean {
  let asked = 0;
  return () => {
    asked += 1;
    return signal?.aborted === true || (asked > always && performance.now() >= deadline);
  };
}
