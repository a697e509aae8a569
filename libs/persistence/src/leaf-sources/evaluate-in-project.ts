import {
  type Bitmap,
  blocksOf,
  evaluate,
  type FilterNode,
  instantOf,
  type LeafSource,
  type NodeObserver,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import { readEveryone } from '../membership/read-members.js';
import { allSources } from './all-sources.js';
import { CohortSource } from './cohort.source.js';
import { DistinctIdSource } from './distinct-id.source.js';
import { EventSource } from './event.source.js';
import { PersonMetadataSource } from './person-metadata.source.js';
import { PersonPropertySource } from './person-property.source.js';

/** Where the facts of a project's filters lie, as the transaction sees them. */
export function leafSources(transaction: Transaction, projectId: number): LeafSource[] {
  const kinds = [PersonPropertySource, DistinctIdSource, PersonMetadataSource, EventSource, CohortSource];
  return kinds.map((Source) => new Source(transaction, projectId));
}

export interface ProjectQuestion {
  readonly projectId: number;
  readonly timezone: string;
  readonly at: Date;
  /** Null means everyone. */
  readonly within: Bitmap | null;
  readonly observe?: NodeObserver;
  /** Told, as the sources answer, how many more leaves are done. */
  readonly onLeaves?: (count: number) => void;
}

/** The one evaluator over a project's facts. @returns one bitmap per tree, in order; the caller disposes of them */
export async function evaluateInProject(
  transaction: Transaction,
  trees: readonly FilterNode[],
  { projectId, at, onLeaves, ...question }: ProjectQuestion,
): Promise<Bitmap[]> {
  const blocks = question.within === null ? null : blocksOf(question.within);
  const everyone = await readEveryone(transaction, projectId, blocks);
  try {
    const asked = allSources(transaction, leafSources(transaction, projectId), { onLeaves });
    return await evaluate(trees, { ...question, at: instantOf(at), everyone, sources: [asked] });
  } finally {
    everyone.dispose();
  }
}
