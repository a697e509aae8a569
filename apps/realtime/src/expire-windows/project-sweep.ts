import { type Bitmap, BitmapScope, type Instant, instantOf, steadyUntil } from '#cohort-core';
import {
  type Database,
  inSnapshot,
  type KnownEdges,
  moveSweepMarks,
  readMoment,
  readSweepMarks,
  readTimedLeaves,
  type TimedLeaf,
  UpcomingDates,
  visitLeaves,
} from '#persistence';

import type { LiveMembers } from '../keep-live/live-members.js';
import { carryOver, type Swept } from './carry-over.js';
import { cutSlices, type Slice, type SliceLimits, type Visit } from './cut-slices.js';

/** A project by the clock of its membership. */
export interface ProjectTime {
  readonly projectId: number;
  readonly timezone: string;
  /** Of its live set. */
  readonly number: string;
  readonly at: Date;
}

/** Leaves visited in one snapshot: of those that move every moment there is little to do, of the others' a day may have come to an end. */
const RESTLESS_A_ROUND = 5_000;
const SLEEPERS_A_ROUND = 50;
/** Then other projects, and leaves that move every moment, have their turn. */
const BUDGET_MS = 5_000;
/** Marks are written so often; in memory more is known, and what is swept twice after a restart does no harm. */
const MARK_EVERY_MS = 60_000;
/** Looking through all stored dates takes seconds. */
const SNAPSHOT_TIMEOUT_MS = 120_000;
/** Live work of the project waits for a slice; about so long is not noticed. */
const SLICE_MS = 250;
const SMALLEST: SliceLimits = { cohorts: 10, persons: 500 };
const LARGEST_FACTOR = 50;

/** The passing of time in one project. */
export class ProjectSweep implements Swept {
  private readonly known: KnownEdges = new Map();
  private readonly dates = new UpcomingDates();
  /** Keys of leaves that move every moment. */
  private readonly restless = new Set<string>();
  private number: string | undefined;
  leaves: readonly TimedLeaf[] = [];
  versions: ReadonlyMap<number, number> = new Map();
  private seenAt: Instant | undefined;
  private markedAt: Date | undefined;
  private factor = 5;

  constructor(
    private readonly database: Database,
    private readonly live: Pick<LiveMembers, 'refresh' | 'index'>,
  ) {}

  /** @returns true when the turn was over before all was done */
  async sweep(time: ProjectTime): Promise<boolean> {
    if (this.number !== time.number) {
      await this.rebuild(time.projectId);
    }
    const { restless, sleepers } = this.roundsAt(time.at);
    for (const round of restless) {
      await this.sweepLeaves(time, round);
    }
    const deadline = performance.now() + BUDGET_MS;
    for (const [index, round] of sleepers.entries()) {
      if (index > 0 && performance.now() > deadline) {
        return true;
      }
      await this.sweepLeaves(time, round);
    }
    await this.mark(time);
    return false;
  }

  /** Project seconds by which the leaves that are due are behind; those that were swept after `at` are not. */
  lagAt(at: Date): number {
    const due = this.leaves.filter(({ sleepsUntil }) => sleepsUntil <= at.getTime());
    return due.reduce((most, { sweptTo }) => Math.max(most, at.getTime() - sweptTo.epochMilliseconds), 0) / 1_000;
  }

  private roundsAt(at: Date): Record<'restless' | 'sleepers', (readonly TimedLeaf[])[]> {
    const ms = at.getTime();
    const isBack = this.seenAt !== undefined && ms < this.seenAt.epochMilliseconds;
    const due = this.leaves.filter(({ sleepsUntil }) => isBack || sleepsUntil <= ms);
    const restless = due.filter((leaf) => this.restless.has(leaf.key));
    const sleepers = due.filter((leaf) => !this.restless.has(leaf.key));
    return { restless: cut(restless, RESTLESS_A_ROUND), sleepers: cut(sleepers, SLEEPERS_A_ROUND) };
  }

  private async sweepLeaves(time: ProjectTime, leaves: readonly TimedLeaf[]): Promise<void> {
    using scope = new BitmapScope();
    const { at, visited } = await this.visit(time, leaves, scope);
    const visits = [...visited].map(([{ cohorts }, persons]): Visit => ({ cohorts, persons }));
    for (const slice of cutSlices(visits, () => this.limits(), scope)) {
      await this.refresh(time.projectId, slice);
    }
    const steady = new Map<string, number>();
    for (const leaf of leaves) {
      leaf.sweptTo = at;
      leaf.sleepsUntil = sleepOf(leaf, at, { timezone: time.timezone, steady });
      if (leaf.sleepsUntil <= at.epochMilliseconds) {
        this.restless.add(leaf.key);
      }
    }
    this.seenAt = at;
  }

  private visit(
    { projectId }: ProjectTime,
    leaves: readonly TimedLeaf[],
    scope: BitmapScope,
  ): Promise<{ at: Instant; visited: Map<TimedLeaf, Bitmap> }> {
    return inSnapshot({ database: this.database, statementTimeoutMs: SNAPSHOT_TIMEOUT_MS }, async (snapshot) => {
      const { timezone, at } = await readMoment(snapshot, projectId);
      const project = { projectId, timezone, at: instantOf(at) };
      return { at: project.at, visited: await visitLeaves(snapshot, project, leaves, { dates: this.dates, scope }) };
    });
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

  private async rebuild(projectId: number): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const index = await this.live.index.open(transaction, projectId);
      const marks = await readSweepMarks(transaction, projectId);
      const state = carryOver(this, marks);
      this.leaves = await readTimedLeaves(
        transaction,
        { projectId, cohorts: index.cohorts.values(), state },
        this.known,
      );
      this.versions = new Map(marks.map(({ cohortId, version }) => [cohortId, version]));
      this.number = index.number;
    });
    this.dates.retain(new Set(this.leaves.flatMap(({ edges }) => edges.map(({ place }) => place))));
    this.markedAt = undefined;
  }

  /** Every round read its clock after `at`, so all of them are at least so far. */
  private async mark({ projectId, number, at }: ProjectTime): Promise<void> {
    const since = this.markedAt === undefined ? Infinity : Math.abs(at.getTime() - this.markedAt.getTime());
    if (this.leaves.length === 0 || since < MARK_EVERY_MS) {
      return;
    }
    const cohorts = [...new Set(this.leaves.flatMap((leaf) => leaf.cohorts))];
    await this.database.transaction((transaction) =>
      moveSweepMarks(transaction, { projectId, liveSet: this.number ?? number, cohorts, to: at }),
    );
    this.markedAt = at;
  }
}

function cut<T>(all: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

function sleepOf(
  { edges }: TimedLeaf,
  at: Instant,
  { timezone, steady }: { readonly timezone: string; readonly steady: Map<string, number> },
): number {
  let earliest = Infinity;
  for (const edge of edges) {
    const until = steady.get(edge.clock) ?? steadyUntil(edge, at, timezone).epochMilliseconds;
    steady.set(edge.clock, until);
    earliest = Math.min(earliest, until);
  }
  return earliest;
}
