import {
  type EventFilter,
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

/** One way for an event to match: its name, and conditions that all hold on it. */
export interface EventBranch {
  readonly event: string;
  readonly filters: readonly EventFilter[];
}

interface ActionStep {
  readonly event: string;
  readonly properties?: readonly unknown[];
}

/** The ways to match: one for an event's name, one per step for an action. An action that does not exist matches nothing. */
export async function resolveMatcher(
  client: Transaction,
  projectId: number,
  matcher: EventMatcher,
): Promise<EventBranch[]> {
  if (typeof matcher.key === 'string') {
    return [{ event: matcher.key, filters: matcher.filters }];
  }
  const result = await client.query<{ steps: ActionStep[] }>(
    'SELECT steps FROM action WHERE project_id = $1 AND id = $2',
    [projectId, matcher.key],
  );
  return (result.rows[0]?.steps ?? []).map((step) => ({
    event: step.event,
    filters: [...(step.properties ?? []).map((filter) => parsePropertyFilter(filter, 'steps')), ...matcher.filters],
  }));
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

/** Whether a row of `event` matches one of the branches, as SQL. */
export function branchesPredicate(
  branches: readonly EventBranch[],
  bindings: Bindings,
  matched: MatchedValues,
): string {
  const ways = branches.map(({ event, filters }) => {
    const name = `event = ${bindings.bind(event)}`;
    return `(${[name, ...filters.map((filter) => filterPredicate(filter, bindings, matched))].join(' AND ')})`;
  });
  return ways.length === 0 ? 'false' : `(${ways.join(' OR ')})`;
}

function filterPredicate(filter: EventFilter, bindings: Bindings, matched: MatchedValues): string {
  return filter.type === 'element'
    ? elementPredicate(filter, bindings, matched)
    : propertyPredicate('properties', filter, bindings, matched);
}

/** Finds the stored texts that meet the branches' conditions of RE2, dates and versions. */
export async function matchBranchValues(
  client: Transaction,
  branches: readonly EventBranch[],
  where: { readonly scope: EventScope; readonly range: TimeRange; readonly moment: MatchingMoment },
): Promise<MatchedValues> {
  const matched = new Map<PropertyCondition, readonly string[]>();
  for (const filter of branches.flatMap(({ filters }) => filters)) {
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
