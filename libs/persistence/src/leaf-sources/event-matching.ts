import {
  type EventFilter,
  type EventLeaf,
  type EventMatcher,
  type Instant,
  type MatchingMoment,
  parsePropertyFilter,
  type PropertyCondition,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import type { Bindings } from './bindings.js';
import { elementPredicate, elementValues } from './element-predicate.js';
import { matchValues } from './match-values.js';
import { type MatchedValues, propertyPredicate } from './property-predicate.js';

/** One way to be an occurrence of what a leaf names: the event, and (a step of an action) conditions that all hold on it. */
export interface EventBranch {
  readonly event: string;
  readonly filters: readonly EventFilter[];
}

/** What a leaf names, and the further conditions of its own. */
export interface ResolvedMatcher {
  readonly branches: readonly EventBranch[];
  readonly filters: readonly EventFilter[];
}

interface ActionStep {
  readonly event: string;
  readonly properties?: readonly unknown[];
}

/** An event's name is one branch, an action one per step; an action that does not exist has none. */
export async function resolveMatcher(
  client: Transaction,
  projectId: number,
  { key, filters }: EventMatcher,
): Promise<ResolvedMatcher> {
  if (typeof key === 'string') {
    return { branches: [{ event: key, filters: [] }], filters };
  }
  const result = await client.query<{ steps: ActionStep[] }>(
    'SELECT steps FROM action WHERE project_id = $1 AND id = $2',
    [projectId, key],
  );
  const branches = (result.rows[0]?.steps ?? []).map(({ event, properties = [] }) => ({
    event,
    filters: properties.map((filter) => parsePropertyFilter(filter, 'steps')),
  }));
  return { branches, filters };
}

/** The second event of a sequence; of another leaf nothing. */
export async function resolveNext(client: Transaction, projectId: number, leaf: EventLeaf): Promise<ResolvedMatcher> {
  return leaf.kind === 'performed_event_sequence'
    ? resolveMatcher(client, projectId, leaf.next)
    : { branches: [], filters: [] };
}

export interface TimeRange {
  /** Inclusive; null for all the past. */
  readonly from: Instant | null;
  /** Exclusive. */
  readonly to: Instant;
}

export interface EventScope {
  readonly projectId: number;
  /** Ordinals; null for everyone. */
  readonly within: readonly number[] | null;
}

/** The rows of `event` that may matter: `FROM event WHERE ...`. */
export function eventRows(
  branches: readonly EventBranch[],
  scope: EventScope,
  range: TimeRange,
  bindings: Bindings,
): string {
  const names = bindings.bind([...new Set(branches.map(({ event }) => event))]);
  const persons =
    scope.within === null ? 'AND ordinal IS NOT NULL' : `AND ordinal = ANY(${bindings.bind(scope.within)}::int[])`;
  const from = range.from === null ? '' : `AND "timestamp" >= ${bindings.bind(range.from.toString())}::timestamptz`;
  return `FROM event WHERE project_id = ${bindings.bind(scope.projectId)} AND event = ANY(${names}::text[]) ${persons} ${from}
    AND "timestamp" < ${bindings.bind(range.to.toString())}::timestamptz`;
}

/** Whether a row of `event` is an occurrence of what the leaf names, as SQL. */
export function occurrencePredicate({ branches }: ResolvedMatcher, bindings: Bindings, matched: MatchedValues): string {
  const ways = branches.map(({ event, filters }) => {
    const name = `event = ${bindings.bind(event)}`;
    return `(${[name, ...filters.map((filter) => filterPredicate(filter, bindings, matched))].join(' AND ')})`;
  });
  return ways.length === 0 ? 'false' : `(${ways.join(' OR ')})`;
}

/** Whether a row of `event` meets the leaf's own conditions, as SQL. */
export function filtersPredicate({ filters }: ResolvedMatcher, bindings: Bindings, matched: MatchedValues): string {
  return ['true', ...filters.map((filter) => filterPredicate(filter, bindings, matched))].join(' AND ');
}

function filterPredicate(filter: EventFilter, bindings: Bindings, matched: MatchedValues): string {
  return filter.type === 'element'
    ? elementPredicate(filter, bindings, matched)
    : propertyPredicate('properties', filter, bindings, matched);
}

/** Finds the stored texts that meet the matchers' conditions of RE2, dates and versions. */
export async function matchEventValues(
  client: Transaction,
  matchers: readonly ResolvedMatcher[],
  where: { readonly scope: EventScope; readonly range: TimeRange; readonly moment: MatchingMoment },
): Promise<MatchedValues> {
  const matched = new Map<PropertyCondition, readonly string[]>();
  const branches = matchers.flatMap((matcher) => matcher.branches);
  for (const filter of [...branches, ...matchers].flatMap(({ filters }) => filters)) {
    const isElement = filter.type === 'element';
    const rows = (bindings: Bindings) => {
      const events = eventRows(branches, where.scope, where.range, bindings);
      return isElement ? `FROM (SELECT properties ${events}) AS click, LATERAL ${elementValues(filter.key)}` : events;
    };
    const value = (bindings: Bindings) =>
      isElement ? 'to_jsonb(value)' : `(properties -> ${bindings.bind(filter.key)}::text)`;
    const found = await matchValues(client, [filter], { rows, value: (_, bindings) => value(bindings) }, where.moment);
    found.forEach((texts, condition) => matched.set(condition, texts));
  }
  return matched;
}
