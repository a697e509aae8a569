import { bitmapOf, type FilterNode, instantOf, type Leaf, leavesOf } from '#cohort-core';

import type { Transaction } from '../database.js';
import { evaluateInProject } from '../leaf-sources/evaluate-in-project.js';
import { findNextChange, type NextChange } from './next-change.js';
import { type Evidence, readEvidence } from './read-evidence.js';

export interface ExplanationQuestion {
  readonly projectId: number;
  readonly timezone: string;
  readonly at: Date;
  /** Of a person who is alive. */
  readonly ordinal: number;
  /** Ends the search for changes to come, never the rest. */
  readonly isOverdue: () => boolean;
}

export interface LeafExplanation extends NextChange {
  readonly evidence: Evidence;
}

export interface Explanation {
  /** For every node, groups too: whether the person matches it, negation applied. */
  readonly matched: ReadonlyMap<FilterNode, boolean>;
  readonly leaves: ReadonlyMap<Leaf, LeafExplanation>;
}

/** Why a person matches a tree, or not: the one evaluator's answer at every node, and the facts behind it. */
export async function explainInProject(
  transaction: Transaction,
  tree: FilterNode,
  question: ExplanationQuestion,
): Promise<Explanation> {
  const matched = await matchedNodes(transaction, tree, question);
  const { projectId, timezone, ordinal } = question;
  const person = { transaction, projectId, timezone, ordinal, at: instantOf(question.at) };
  const leaves = new Map<Leaf, LeafExplanation>();
  for (const leaf of leavesOf(tree)) {
    const evidence = await readEvidence(person, leaf);
    const change = await findNextChange(person, leaf, matched.get(leaf) === true, question.isOverdue);
    leaves.set(leaf, { evidence, ...change });
  }
  return { matched, leaves };
}

async function matchedNodes(
  transaction: Transaction,
  tree: FilterNode,
  { projectId, timezone, at, ordinal }: ExplanationQuestion,
): Promise<Map<FilterNode, boolean>> {
  const matched = new Map<FilterNode, boolean>();
  const within = bitmapOf([ordinal]);
  try {
    const observe = (node: FilterNode, persons: { has: (ordinal: number) => boolean }) =>
      matched.set(node, persons.has(ordinal));
    const [members] = await evaluateInProject(transaction, [tree], { projectId, timezone, at, within, observe });
    members?.dispose();
    return matched;
  } finally {
    within.dispose();
  }
}
