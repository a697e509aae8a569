import { type Bitmap, BitmapScope, type Instant, instantOf, steadyUntil } from '#cohort-core';
import {
  type Database,
  type KnownEdges,
  moveSweepMarks,
  readSweepMarks,
  readTimedLeaves,
  type SweepMark,
  type TimedLeaf,
  type Transaction,
  UpcomingDates,
  visitLeaves,
} from '#persistence';

import type { LiveMembers } from '../keep-live/live-members.js';
import { cutSlices, type Slice, type SliceLimits, type Visit } from './cut-slices.js';

/** A project by the clock of its membership. */
export interface ProjectTime {
  readonly projectId: number;
  readonly timezone: string;
  /** Of its live set. */
  readonly number: string;
  readonly at: Date;
}

/** Leaves visited in one snapshot. */
const LEAVES_A_ROUND = 500;
/** Then other projects, and leaves that move every moment, have their turn. */
const BUDGET_MS = 3_000;
/** Marks are written at least as often; in memory more is known. */
const MARK_EVERY_MS = 60_000;
/** Looking through all stored dates takes seconds. */
const SNAPSHOT_TIMEOUT_MS = 120_000;
/** Live work of the project waits for a slice; about so long is not noticed. */
const SLICE_MS = 150;
const SMALLEST: SliceLimits = { cohorts: 5, persons: 250 };
const LARGEST_FACTOR = 100;

/** The passing of time in one project. */
export class ProjectSweep {
  private readonly known: KnownEdges = new Map();
  private readonly dates = new UpcomingDates();
  private number: string | undefined;
  private leaves: readonly TimedLeaf[] = [];
  private versions: ReadonlyMap<number, number> = new Map();
  private seenAt: Instant | undefined;
  private markedAt: Instant | undefined;
  private factor = 10;

  constructor(
    private readonly database: Database,
    private readonly live: Pick<LiveMembers, 'refresh' | 'index'>,
  ) {}

  /** @returns true when the turn was over before all was done */
  async sweep(time: ProjectTime): Promise<boolean> {
    if (this.number !== time.number) {
      await this.rebuild(time.projectId);
    }
    const deadline = performance.now() + BUDGET_MS;
    const due = this.dueAt(instantOf(time.at));
    let hasMoved = false;
    for (let start = 0; start < due.length; start += LEAVES_A_ROUND) {
      if (start > 0 && performance.now() > deadline) {
        return true;
      }
      hasMoved = (await this.sweepLeaves(time, due.slice(start, start + LEAVES_A_ROUND))) || hasMoved;
    }
    await this.mark(time, hasMoved);
    return false;
  }

  /** Project seconds by which the leaves that are due are behind; those that were swept after `at` are not. */
  lagAt(at: Date): number {
    const due = this.leaves.filter(({ sleepsUntil }) => sleepsUntil.epochMilliseconds <= at.getTime());
    return due.reduce((most, { sweptTo }) => Math.max(most, at.getTime() - sweptTo.epochMilliseconds), 0) / 1_000;
  }

  /** Those that move every moment first. */
  private dueAt(at: Instant): TimedLeaf[] {
    const isBack = this.seenAt !== undefined && at.epochNanoseconds < this.seenAt.epochNanoseconds;
    const due = this.leaves.filter(({ sleepsUntil }) => isBack || sleepsUntil.epochNanoseconds <= at.epochNanoseconds);
    return due.sort((one, other) => rest(one) - rest(other));
  }

  private async sweepLeaves(time: ProjectTime, leaves: readonly TimedLeaf[]): Promise<boolean> {
    using scope = new BitmapScope();
    const { at, visited } = await this.visit(time, leaves, scope);
    const visits = [...visited].map(([{ cohorts }, persons]): Visit => ({ cohorts, persons }));
    for (const slice of cutSlices(visits, () => this.limits(), scope)) {
      await this.refresh(time.projectId, slice);
    }
    const steady = new Map<string, Instant>();
    for (const leaf of leaves) {
      leaf.sweptTo = at;
      leaf.sleepsUntil = sleepOf(leaf, at, { timezone: time.timezone, steady });
    }
    this.seenAt = at;
    return visited.size > 0;
  }

  private visit(
    { projectId }: ProjectTime,
    leaves: readonly TimedLeaf[],
    scope: BitmapScope,
  ): Promise<{ at: Instant; visited: Map<TimedLeaf, Bitmap> }> {
    return this.database.transaction(async (snapshot) => {
      await snapshot.query(`SET LOCAL statement_timeout = ${SNAPSHOT_TIMEOUT_MS}`);
      const { timezone, at } = await readMoment(snapshot, projectId);
      const project = { projectId, timezone, at: instantOf(at) };
      return { at: project.at, visited: await visitLeaves(snapshot, project, leaves, { dates: this.dates, scope }) };
    }, 'REPEATABLE READ');
  }

  private async refresh(projectId: number, slice: Slice): Promise<void> {
    const startedAt = performance.now();
    await this.live.refresh({ projectId, reason: 'time', cohortsOf: () => slice.keys(), personsOf: () => slice });
    const ms = performance.now() - startedAt;
    if (ms > SLICE_MS) {
      this.factor = Math.max(1, Math.floor(this.factor / 2));
    } else if (ms < SLICE_MS / 2) {
      this.factor = Math.min(LARGEST_FACTOR, this.factor + 1);
    }
  }

  private limits(): SliceLimits {
    return { cohorts: SMALLEST.cohorts * this.factor, persons: SMALLEST.persons * this.factor };
  }

  /** Cohorts that were here before in the same version are known to be further than their stored marks. */
  private async rebuild(projectId: number): Promise<void> {
    const further = this.sweptOf();
    await this.database.transaction(async (transaction) => {
      const index = await this.live.index.open(transaction, projectId);
      const stored = await readSweepMarks(transaction, projectId);
      const marks = stored.map((mark) => this.furtherMark(mark, further.get(mark.cohortId)));
      const project = { projectId, cohorts: index.cohorts.values(), marks };
      this.leaves = await readTimedLeaves(transaction, project, this.known);
      this.versions = new Map(stored.map(({ cohortId, version }) => [cohortId, version]));
      this.number = index.number;
    });
    this.dates.retain(new Set(this.leaves.flatMap(({ edges }) => edges.map(({ place }) => place))));
    this.markedAt = undefined;
  }

  private sweptOf(): Map<number, Instant> {
    const swept = new Map<number, Instant>();
    for (const { cohorts, sweptTo } of this.leaves) {
      for (const cohort of cohorts) {
        const known = swept.get(cohort);
        swept.set(cohort, known !== undefined && known.epochNanoseconds < sweptTo.epochNanoseconds ? known : sweptTo);
      }
    }
    return swept;
  }

  private furtherMark(mark: SweepMark, swept: Instant | undefined): SweepMark {
    const isSame = swept !== undefined && this.versions.get(mark.cohortId) === mark.version;
    return isSame && swept.epochMilliseconds > mark.sweptTo.getTime()
      ? { ...mark, sweptTo: new Date(swept.epochMilliseconds) }
      : mark;
  }

  private async mark({ projectId, number }: ProjectTime, hasMoved: boolean): Promise<void> {
    const { seenAt, markedAt } = this;
    if (seenAt === undefined || this.leaves.length === 0) {
      return;
    }
    const since = markedAt === undefined ? Infinity : seenAt.epochMilliseconds - markedAt.epochMilliseconds;
    if (!hasMoved && Math.abs(since) < MARK_EVERY_MS) {
      return;
    }
    const cohorts = [...new Set(this.leaves.flatMap((leaf) => leaf.cohorts))];
    const to = new Date(seenAt.epochMilliseconds);
    await this.database.transaction((transaction) =>
      moveSweepMarks(transaction, { projectId, liveSet: this.number ?? number, cohorts, to }),
    );
    this.markedAt = seenAt;
  }
}

/** How long a leaf had slept when it was last looked at. */
function rest({ sleepsUntil, sweptTo }: TimedLeaf): number {
  return sleepsUntil.epochMilliseconds - sweptTo.epochMilliseconds;
}

function sleepOf(
  { edges }: TimedLeaf,
  at: Instant,
  { timezone, steady }: { readonly timezone: string; readonly steady: Map<string, Instant> },
): Instant {
  let earliest: Instant | undefined;
  for (const edge of edges) {
    const until = steady.get(edge.clock) ?? steadyUntil(edge, at, timezone);
    steady.set(edge.clock, until);
    earliest = earliest === undefined || until.epochNanoseconds < earliest.epochNanoseconds ? until : earliest;
  }
  return earliest ?? at;
}

async function readMoment(snapshot: Transaction, projectId: number): Promise<{ timezone: string; at: Date }> {
  const { rows } = await snapshot.query<{ timezone: string; at: Date }>(
    'SELECT timezone, clock_timestamp() + clock_offset AS at FROM project WHERE id = $1',
    [projectId],
  );
  if (rows[0] === undefined) {
    throw new Error(`no project ${projectId}`);
  }
  return rows[0];
}
