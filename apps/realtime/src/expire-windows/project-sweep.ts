import { type Bitmap, BitmapScope, blocksOf, type Instant, instantOf, steadyUntil } from '#cohort-core';
import {
  type Database,
  inSnapshot,
  type KnownEdges,
  lockBlocks,
  moveSweepMarks,
  readMoment,
  readSweepMarks,
  readTimedLeaves,
  type TimedLeaf,
  type Transaction,
  UpcomingDates,
  visitLeaves,
} from '#persistence';

import type { LiveMembers } from '../keep-live/live-members.js';
import { carryOver, type Swept } from './carry-over.js';
import { cutSlices, type Slice, type Visit } from './cut-slices.js';
import { type Pace, Paces } from './paces.js';
import { SliceSize } from './slice-size.js';

/** A project by the clock of its membership. */
export interface ProjectTime {
  readonly projectId: number;
  readonly timezone: string;
  /** Of its live set. */
  readonly number: string;
  readonly at: Date;
}

/** Leaves visited in one snapshot: of those that move every moment there is little to do, of the others' a day may have come to an end. */
const LEAVES_A_ROUND: Readonly<Record<Pace, number>> = { moment: 5_000, minute: 50, hour: 50, day: 50 };
/** Marks are written so often; in memory more is known, and what is swept twice after a restart does no harm. */
const MARK_EVERY_MS = 60_000;
/** Looking through all stored dates takes seconds. */
const SNAPSHOT_TIMEOUT_MS = 120_000;

/** The passing of time in one project. */
export class ProjectSweep implements Swept {
  private readonly known: KnownEdges = new Map();
  private readonly dates = new UpcomingDates();
  private readonly paces = new Paces();
  private readonly size = new SliceSize();
  /** Of this turn. */
  private due = new Map<Pace, readonly TimedLeaf[]>();
  private number: string | undefined;
  leaves: readonly TimedLeaf[] = [];
  versions: ReadonlyMap<number, number> = new Map();
  private seenAt: Instant | undefined;
  private markedAt: Date | undefined;

  constructor(
    private readonly database: Database,
    private readonly live: Pick<LiveMembers, 'refresh' | 'index'>,
  ) {}

  /** Begins a turn. */
  async open({ projectId, timezone, number, at }: ProjectTime): Promise<void> {
    if (this.number !== number) {
      await this.rebuild(projectId);
    }
    const ms = at.getTime();
    const isBack = this.seenAt !== undefined && ms < this.seenAt.epochMilliseconds;
    const due = this.leaves.filter(({ sleepsUntil }) => isBack || sleepsUntil <= ms);
    const now = instantOf(at);
    this.due = Map.groupBy(due, (leaf) => this.paces.paceOf(leaf, now, timezone));
  }

  /** Whether a round of the pace is left to do in this turn. */
  isDue(pace: Pace): boolean {
    return (this.due.get(pace)?.length ?? 0) > 0;
  }

  /** Does the next one. */
  async sweepRound(time: ProjectTime, pace: Pace): Promise<void> {
    const due = this.due.get(pace) ?? [];
    await this.sweepLeaves(time, due.slice(0, LEAVES_A_ROUND[pace]));
    this.due.set(pace, due.slice(LEAVES_A_ROUND[pace]));
  }

  /** Project seconds by which the leaves that are due are behind; those that were swept after `at` are not. */
  lagAt(at: Date): number {
    const due = this.leaves.filter(({ sleepsUntil }) => sleepsUntil <= at.getTime());
    return due.reduce((most, { sweptTo }) => Math.max(most, at.getTime() - sweptTo.epochMilliseconds), 0) / 1_000;
  }

  private async sweepLeaves(time: ProjectTime, leaves: readonly TimedLeaf[]): Promise<void> {
    using scope = new BitmapScope();
    const { at, visited } = await this.visit(time, leaves, scope);
    for (const slice of cutSlices(visitsOf(visited), () => this.size.limits, scope)) {
      await this.refresh(time.projectId, slice);
    }
    const steady = new Map<string, number>();
    for (const leaf of leaves) {
      leaf.sweptTo = at;
      leaf.sleepsUntil = sleepOf(leaf, at, { timezone: time.timezone, steady });
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

  /** The locks of the blocks are what live work waits for; those of others are waited for before. */
  private async refresh(projectId: number, slice: Slice): Promise<void> {
    let heldSince = performance.now();
    const blocks = [...new Set([...new Set(slice.values())].flatMap(blocksOf))].sort((a, b) => a - b);
    const personsOf = async (transaction: Transaction) => {
      await lockBlocks(transaction, projectId, blocks);
      heldSince = performance.now();
      return slice;
    };
    await this.live.refresh({ projectId, reason: 'time', cohortsOf: () => slice.keys(), personsOf });
    this.size.learn(performance.now() - heldSince);
  }

  private async rebuild(projectId: number): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const index = await this.live.index.open(transaction, projectId);
      const marks = await readSweepMarks(transaction, projectId);
      const state = carryOver(this, marks);
      const cohorts = index.cohorts.values();
      const leaves = await readTimedLeaves(transaction, { projectId, cohorts, state }, this.known);
      this.leaves = leaves.sort(byWay);
      this.versions = new Map(marks.map(({ cohortId, version }) => [cohortId, version]));
      this.number = index.number;
    });
    const edges = this.leaves.flatMap((leaf) => leaf.edges);
    this.dates.retain(new Set(edges.map(({ way }) => way)));
    this.paces.retain(new Set(edges.map(({ clock }) => clock)));
    this.markedAt = undefined;
  }

  /** Every round read its clock after `at`, so all of them are at least so far. */
  async mark({ projectId, number, at }: ProjectTime): Promise<void> {
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

/** Leaves with the same persons are one visit. */
function visitsOf(visited: ReadonlyMap<TimedLeaf, Bitmap>): Visit[] {
  const together = Map.groupBy(visited, ([, persons]) => persons);
  return [...together].map(([persons, leaves]) => ({
    persons,
    cohorts: [...new Set(leaves.flatMap(([{ cohorts }]) => cohorts))],
  }));
}

/** Whom the same edge moves comes together, so that their cohorts are written once. */
function byWay({ edges: [one] }: TimedLeaf, { edges: [other] }: TimedLeaf): number {
  const [a, b] = [one?.way ?? '', other?.way ?? ''];
  return a < b ? -1 : Number(a > b);
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
