import { type Bitmap, evaluate, type FilterNode, instantOf, type LeafSource, type NodeObserver } from '#cohort-core';

import type { Transaction } from '../database.js';
import { readEveryone } from '../membership/read-members.js';
import { CohortSource } from './cohort.source.js';
import { DistinctIdSource } from './distinct-id.source.js';
import { EventSource } from './event.source.js';
import { PersonMetadataSource } from './person-metadata.source.js';
import { PersonPropertySource } from './person-property.source.js';

/** Where the facts of a project's filters lie, as the transaction sees them. */
export function leafSources(transaction: Transaction, projectId: number): LeafSource[] {
  return [PersonPropertySource, DistinctIdSource, PersonMetadataSource, EventSource, CohortSource].map(
    (Source) => new Source(transaction, projectId),
  );
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
  const everyone = await readEveryone(transaction, projectId);
  try {
    const sources = leafSources(transaction, projectId).map((source) => telling(source, onLeaves));
    return await evaluate(trees, { ...question, at: instantOf(at), everyone, sources });
  } finally {
    everyone.dispose();
  }
}

function telling(source: LeafSource, onLeaves: ProjectQuestion['onLeaves']): LeafSource {
  return {
    answers: (leaf) => source.answers(leaf),
    async matching(leaves, moment) {
      const matched = await source.matching(leaves, moment);
      onLeaves?.(matched.length);
      return matched;
    },
  };
}
