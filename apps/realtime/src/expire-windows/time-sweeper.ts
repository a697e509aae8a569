import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LOGGER, type Logger, Metrics, WorkerLoops } from '#observability';
import { Database } from '#persistence';

import type { RealtimeConfig } from '../config.js';
import { REALTIME_CONFIG } from '../config-token.js';
import { LiveMembers } from '../keep-live/live-members.js';
import { REALTIME_METRICS } from '../realtime-metrics.js';
import { ProjectLocks } from './project-locks.js';
import { ProjectSweep, type ProjectTime } from './project-sweep.js';
import { type OwnProject, takeTurn } from './sweep-turn.js';

/** A flip leaves a mark, so those without one have nothing that time could move. */
const READ_PROJECTS = `
  SELECT project.id AS "projectId", project.timezone, live_set.number, clock_timestamp() + clock_offset AS at
  FROM project JOIN live_set ON live_set.project_id = project.id
  WHERE EXISTS (SELECT FROM cohort_sweep WHERE cohort_sweep.project_id = project.id)`;

/** Brings the passing of time into the members of live cohorts, in the projects that no other replica has taken. */
@Injectable()
export class TimeSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly locks: ProjectLocks;
  private readonly loops: WorkerLoops;
  private readonly sweeps = new Map<number, ProjectSweep>();
  private readonly lag;
  private readonly turns;
  private first = -1;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LiveMembers) private readonly live: LiveMembers,
    @Inject(REALTIME_CONFIG) private readonly config: Pick<RealtimeConfig, 'sweepIntervalMs'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.locks = new ProjectLocks(database);
    this.lag = metrics.gauge(REALTIME_METRICS.sweepLag);
    this.turns = metrics.counter(REALTIME_METRICS.sweepTurns);
    this.loops = new WorkerLoops({ name: 'time sweep', workers: 1, run: (signal) => this.sweepAll(signal) }, logger);
  }

  onApplicationBootstrap(): void {
    this.loops.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loops.stop();
    this.locks.release();
  }

  /** @returns after how many milliseconds to come again; undefined: at once */
  async sweepAll(signal?: AbortSignal): Promise<number | undefined> {
    const { rows } = await this.database.pool.query<ProjectTime>(READ_PROJECTS);
    const own: OwnProject[] = [];
    for (const time of rows) {
      if (await this.isOurs(time.projectId)) {
        own.push({ time, sweep: this.sweepOf(time.projectId) });
      }
    }
    const isOver = await takeTurn(this.inTurn(own), { signal, onError: this.note });
    this.lag.set(Math.max(0, ...own.map(({ sweep, time }) => sweep.lagAt(time.at))));
    this.turns.inc();
    return isOver ? undefined : this.config.sweepIntervalMs;
  }

  /** Another project comes first each time, so that none gets only what the others leave. */
  private inTurn(own: readonly OwnProject[]): OwnProject[] {
    this.first = (this.first + 1) % Math.max(1, own.length);
    return [...own.slice(this.first), ...own.slice(0, this.first)];
  }

  /** What another replica swept meanwhile is in its stored marks only. */
  private async isOurs(projectId: number): Promise<boolean> {
    const isOurs = await this.locks.hold(projectId);
    if (!isOurs) {
      this.sweeps.delete(projectId);
    }
    return isOurs;
  }

  private sweepOf(projectId: number): ProjectSweep {
    const sweep = this.sweeps.get(projectId) ?? new ProjectSweep(this.database, this.live);
    this.sweeps.set(projectId, sweep);
    return sweep;
  }

  private readonly note = ({ projectId }: ProjectTime, error: unknown): void => {
    this.logger.warn({ error, project: projectId }, 'time could not be swept; the next turn tries again');
  };
}
