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

interface FactsPlace extends ProjectMoment {
  readonly projectId: number;
  /** In which everybody lies who is asked about. */
  readonly blocks: readonly number[];
}

/** Those asked about whose answers are not known, and the leaves that are to be asked about them. */
interface Strangers {
  readonly persons: Bitmap;
  readonly leaves: ReadonlySet<string>;
}

/** Cohort → its members after the change that is being made, in the blocks that are asked about. Only looked at. */
export type MembersOverlay = ReadonlyMap<number, Bitmap>;

/**
 * What live cohorts rest on, in one snapshot. Who is touched is known before the first cohort is evaluated, so the leaves of all levels
 * are asked about them at once; a level waits for the database only where it is about persons who moved in what it refers to.
 */
export class LiveFacts {
  private readonly nobody: Bitmap;
  private everyone: Bitmap | undefined;
  private readonly known = new Map<string, Bitmap>();
  /** Cohort → of whom the answers of all its leaves are known. */
  private readonly knownOf = new Map<number, Bitmap>();

  /** @param scope owns what is read */
  constructor(
    private readonly snapshot: Transaction,
    private readonly place: FactsPlace,
    private readonly scope: BitmapScope,
  ) {
    this.nobody = scope.of();
  }

  /** All that can be asked before it is known who moves. When it throws, nothing is known, and whoever is evaluated asks for itself. */
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

  /** Whether the database has to be asked about any of them. */
  hasStrangers(asked: readonly Asked[]): boolean {
    return asked.some((one) => !this.strangersOf(one).isEmpty);
  }

  /** Answers about those asked are known, or asked for. */
  async evaluate(asked: readonly Asked[], overlay: MembersOverlay): Promise<Bitmap[]> {
    const { place, scope } = this;
    const strangers = this.strangersAmong(asked);
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

  /** Members of a cohort that moves are those after the move; what else is known is completed by asking about strangers. */
  private async matching(leaves: readonly Leaf[], strangers: Strangers, overlay: MembersOverlay): Promise<Bitmap[]> {
    const atHand = (leaf: Leaf) =>
      (leaf.kind === 'cohort' ? overlay.get(leaf.cohortId) : undefined) ?? this.known.get(leafKey(leaf));
    const isOpen = (leaf: Leaf) =>
      atHand(leaf) === undefined || (leaf.kind !== 'cohort' && strangers.leaves.has(leafKey(leaf)));
    const open = leaves.filter(isOpen);
    const answers = await this.ask(open, strangers.persons);
    const fresh = new Map(open.map((leaf, index) => [leaf, answers[index]]));
    return leaves.map((leaf) => complete(atHand(leaf), fresh.get(leaf), strangers.persons));
  }

  /** All of them as one set, so that the leaves share the rows: they are few. */
  private strangersAmong(asked: readonly Asked[]): Strangers {
    const found = asked.flatMap((one) => {
      const persons = this.strangersOf(one);
      return persons.isEmpty ? [] : [{ persons, leaves: leavesOf(one.cohort.tree).map(leafKey) }];
    });
    return {
      persons: this.scope.union(found.map(({ persons }) => persons)),
      leaves: new Set(found.flatMap(({ leaves }) => leaves)),
    };
  }

  private strangersOf({ cohort, within }: Asked): Bitmap {
    const known = this.knownOf.get(cohort.id);
    if (known === undefined || known === within) {
      return known === undefined ? within : this.nobody;
    }
    const strangers = this.scope.copy(within);
    strangers.andNotInPlace(known);
    return strangers;
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
