import {
  type Bitmap,
  bitmapOf,
  type BitmapScope,
  evaluate,
  instantOf,
  type Leaf,
  leafKey,
  type LeafSource,
  leavesOf,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import { allSources, type WithinOf } from '../leaf-sources/all-sources.js';
import { bitmapsOfEach } from '../leaf-sources/bitmaps-of-each.js';
import { leafSources } from '../leaf-sources/evaluate-in-project.js';
import { readEveryone } from '../membership/read-members.js';
import type { ProjectMoment } from '../projects/read-moment.js';
import type { LiveCohort } from './live-cohort.js';
import { withinOfLeaves } from './narrow-leaves.js';
import type { Touched } from './project-index.js';

/** A cohort, and of whom it is asked. */
export interface Asked {
  readonly cohort: LiveCohort;
  readonly within: Bitmap;
}

export interface FactsPlace extends ProjectMoment {
  readonly projectId: number;
  /** In which everybody lies who is asked about. */
  readonly blocks: readonly number[];
}

/** Cohort → its members after the change that is being made, in the blocks that are asked about. Only looked at. */
export type MembersOverlay = ReadonlyMap<number, Bitmap>;

/**
 * What live cohorts rest on, in one snapshot. Who is touched is known before the first cohort is evaluated, so the leaves of all levels
 * are asked about them at once; a level waits for the database only where it is about persons who moved in what it refers to.
 */
export class LiveFacts {
  private everyone: Bitmap | undefined;
  private readonly known = new Map<string, Bitmap>();
  /** Cohort → of whom the answers of all its leaves are known. */
  private readonly knownOf = new Map<number, Bitmap>();

  /** @param scope owns what is read */
  constructor(
    private readonly snapshot: Transaction,
    private readonly place: FactsPlace,
    private readonly scope: BitmapScope,
  ) {}

  /** All that can be asked before it is known who moves. When it throws, nothing is known, and each level asks for itself. */
  async read(cohorts: readonly LiveCohort[], touched: Touched): Promise<void> {
    const { scope, snapshot } = this;
    const asked = cohorts.flatMap((cohort) => {
      const within = touched.get(cohort.id);
      return within === undefined || within.isEmpty ? [] : [{ cohort, within }];
    });
    const within = scope.union(asked.map((one) => one.within));
    const ownOf = withinOfLeaves(
      asked.map((one) => ({ tree: one.cohort.tree, within: one.within })),
      scope,
    );
    const leaves = distinct([
      ...asked.flatMap(({ cohort }) => leavesOf(cohort.tree)),
      ...cohorts.flatMap(({ tree }) => leavesOf(tree).filter(({ kind }) => kind === 'cohort')),
    ]);
    const [[everyone] = [], answers = []] = await bitmapsOfEach(snapshot, [
      async () => [await this.readEveryone()],
      () => this.ask(leaves, within, (leaf) => (leaf.kind === 'cohort' ? within : ownOf(leaf))),
    ]);
    this.everyone = everyone && scope.track(everyone);
    leaves.forEach((leaf, index) => {
      this.known.set(leafKey(leaf), scope.track(answers[index] ?? scope.of()));
    });
    asked.forEach((one) => {
      this.knownOf.set(one.cohort.id, one.within);
    });
  }

  /** Those asked about of whom a leaf's answer is not known. */
  strangersAmong(asked: readonly Asked[]): Bitmap {
    const unknown = asked.flatMap(({ cohort, within }) => {
      const known = this.knownOf.get(cohort.id);
      if (known === undefined || known === within) {
        return known === undefined ? [within] : [];
      }
      const strangers = this.scope.copy(within);
      strangers.andNotInPlace(known);
      return [strangers];
    });
    return this.scope.union(unknown);
  }

  /** @param strangers among those asked about */
  async evaluate(asked: readonly Asked[], strangers: Bitmap, overlay: MembersOverlay): Promise<Bitmap[]> {
    const { place, scope } = this;
    this.everyone ??= scope.track(await this.readEveryone());
    const source: LeafSource = {
      answers: () => true,
      matching: (leaves) => this.matching(leaves, strangers, overlay),
    };
    const answers = await evaluate(
      asked.map(({ cohort }) => cohort.tree),
      {
        at: instantOf(place.at),
        timezone: place.timezone,
        within: scope.union(asked.map((one) => one.within)),
        everyone: this.everyone,
        sources: [source],
      },
    );
    return answers.map((answer) => scope.track(answer));
  }

  /** A cohort that moves has the members of after the move; what else is known is completed by asking about strangers. */
  private async matching(leaves: readonly Leaf[], strangers: Bitmap, overlay: MembersOverlay): Promise<Bitmap[]> {
    const knownOf = (leaf: Leaf) =>
      (leaf.kind === 'cohort' ? overlay.get(leaf.cohortId) : undefined) ?? this.known.get(leafKey(leaf));
    const isOpen = (leaf: Leaf) => knownOf(leaf) === undefined || (leaf.kind !== 'cohort' && !strangers.isEmpty);
    const open = leaves.filter(isOpen);
    const answers = await this.ask(open, strangers);
    const fresh = new Map(open.map((leaf, index) => [leaf, answers[index]]));
    return leaves.map((leaf) => complete(knownOf(leaf), fresh.get(leaf), strangers));
  }

  private async ask(leaves: readonly Leaf[], within: Bitmap, withinOf?: WithinOf): Promise<readonly Bitmap[]> {
    const { snapshot, place } = this;
    const source = allSources(snapshot, leafSources(snapshot, place.projectId), { withinOf });
    return source.matching(leaves, { at: instantOf(place.at), timezone: place.timezone, within });
  }

  private readEveryone(): Promise<Bitmap> {
    return readEveryone(this.snapshot, this.place.projectId, this.place.blocks);
  }
}

function distinct(leaves: readonly Leaf[]): Leaf[] {
  return [...new Map(leaves.map((leaf) => [leafKey(leaf), leaf])).values()];
}

/** @param fresh is about strangers and is used up */
function complete(known: Bitmap | undefined, fresh: Bitmap | undefined, strangers: Bitmap): Bitmap {
  if (known === undefined || fresh === undefined) {
    return fresh ?? known?.clone() ?? bitmapOf();
  }
  const answer = known.clone();
  answer.andNotInPlace(strangers);
  fresh.andInPlace(strangers);
  answer.orInPlace(fresh);
  fresh.dispose();
  return answer;
}
