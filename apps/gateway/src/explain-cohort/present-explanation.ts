import type { FilterNode, Instant, Leaf } from '#cohort-core';
import type { Evidence, LeafExplanation } from '#persistence';

import type { Shape } from '../http/shape.js';
import type { ExplainedMembership, ExplainedTree } from './explain-cohort.handler.js';
import type {
  CohortExplanationGroup,
  CohortExplanationLeaf,
  CohortExplanationResponse,
  TimeSpan,
} from './explain-cohort.response.js';

type Json = Readonly<Record<string, unknown>>;

export function presentExplanation({ person, at, explained }: ExplainedMembership): Shape<CohortExplanationResponse> {
  const tree = explained === null ? null : presentNode(explained.tree, explained.filters.properties, explained);
  return {
    person,
    at: at.toISOString(),
    matched: explained !== null && isMatched(explained, explained.tree),
    tree: tree as Shape<CohortExplanationGroup> | null,
  };
}

/** @param json the node as stored: it has the tree's own shape, and every field that the client sent */
function presentNode(
  node: FilterNode,
  json: Json,
  explained: ExplainedTree,
): Shape<CohortExplanationGroup> | Shape<CohortExplanationLeaf> {
  const matched = isMatched(explained, node);
  if (node.kind !== 'group') {
    return presentLeaf(node, json, matched, explained);
  }
  const stored = json['values'] as readonly Json[];
  const values = node.children.map((child, index) => presentNode(child, stored[index] ?? {}, explained));
  return { type: node.type, matched, values };
}

function presentLeaf(
  leaf: Leaf,
  json: Json,
  matched: boolean,
  { explanation }: ExplainedTree,
): Shape<CohortExplanationLeaf> {
  const told = explanation.leaves.get(leaf);
  if (told === undefined) {
    throw new Error(`the leaf at ${leaf.path} is not explained`);
  }
  return {
    path: leaf.path,
    ...json,
    type: String(json['type']),
    key: json['key'],
    negation: leaf.negation,
    matched,
    evidence: presentEvidence(told, matched !== leaf.negation),
    until: isoOrNull(told.until),
    until_searched_to: isoOrNull(told.searchedTo),
  };
}

function isMatched({ explanation }: ExplainedTree, node: FilterNode): boolean {
  return explanation.matched.get(node) === true;
}

/** @param isMember the evaluator's answer, negation left aside */
function presentEvidence({ evidence }: LeafExplanation, isMember: boolean): Json {
  switch (evidence.type) {
    case 'value':
      return { value: evidence.value, is_there: evidence.isThere };
    case 'distinct_ids':
      return { distinct_ids: evidence.distinctIds, total: evidence.total };
    case 'cohort':
      return { cohort_id: evidence.cohortId, name: evidence.name, version: evidence.version, is_member: isMember };
    case 'behavior':
      return presentBehavior(evidence);
  }
}

function presentBehavior(evidence: Extract<Evidence, { type: 'behavior' }>): Json {
  const { window, recent, quiet } = evidence;
  return {
    ...presentSpan(window),
    count: evidence.count,
    first: evidence.first?.toISOString() ?? null,
    last: evidence.last?.toISOString() ?? null,
    events: evidence.events.map(({ timestamp, ...event }) => ({ ...event, timestamp: timestamp.toISOString() })),
    ...(recent === undefined ? {} : { recent: presentSpan(recent) }),
    ...(quiet === undefined ? {} : { quiet: presentSpan(quiet) }),
  };
}

function presentSpan({ from, to }: { from: Instant; to: Instant }): Shape<TimeSpan> {
  return { from: iso(from), to: iso(to) };
}

function iso(instant: Instant): string {
  return new Date(instant.epochMilliseconds).toISOString();
}

function isoOrNull(instant: Instant | null): string | null {
  return instant === null ? null : iso(instant);
}
