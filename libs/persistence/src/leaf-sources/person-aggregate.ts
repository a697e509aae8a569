import {
  type EventLeaf,
  type PerformedEventLeaf,
  type PerformedMultipleLeaf,
  resolveRollingWindow,
  type RestartedLeaf,
  type StoppedLeaf,
} from '#cohort-core';

import { COMPARISONS, type EventSql, instant, restartedParts, stoppedParts } from './event-leaf-sql.js';

/** Leaves that ask nothing of the order of a person's events. */
export type UnorderedLeaf = PerformedEventLeaf | PerformedMultipleLeaf | StoppedLeaf | RestartedLeaf;

const UNORDERED: ReadonlySet<EventLeaf['kind']> = new Set<UnorderedLeaf['kind']>([
  'performed_event',
  'performed_event_multiple',
  'stopped_performing_event',
  'restarted_performing_event',
]);

export function isUnordered(leaf: EventLeaf): leaf is UnorderedLeaf {
  return UNORDERED.has(leaf.kind);
}

/** What one leaf asks of rows that several leaves share. */
export interface SharedRowsSql extends Omit<EventSql, 'rows' | 'isNext'> {
  /** Whether a row lies in the leaf's range. */
  readonly isInRange: string;
}

/**
 * What `selectPersons` asks, as an aggregate over the shared rows of one person; true, or it is not the leaf. A column for each of forty
 * leaves is one pass and one plan, where forty SELECTs took longer to plan than to run.
 */
export function personAggregate(leaf: UnorderedLeaf, sql: SharedRowsSql): string {
  const { isInRange, isOccurrence, meetsFilters, bindings, moment } = sql;
  const counts = `${isInRange} AND ${isOccurrence} AND ${meetsFilters}`;
  const some = (condition: string) => `coalesce(bool_or(${counts} AND ${condition}), false)`;
  switch (leaf.kind) {
    case 'performed_event':
      return `bool_or(${counts})`;
    case 'performed_event_multiple': {
      const { after } = resolveRollingWindow(leaf.window, moment.at, moment.timezone);
      const count = `count(*) FILTER (WHERE ${counts} AND "timestamp" > ${instant(after, bindings)})`;
      // Who has no such event is never compared.
      return `nullif(${count}, 0) ${COMPARISONS[leaf.count.operator]} ${bindings.bind(leaf.count.value)}::bigint`;
    }
    case 'stopped_performing_event': {
      const { until, isRecent } = stoppedParts(leaf, sql);
      return `${some(`"timestamp" < ${until}`)} AND NOT ${some(isRecent)}`;
    }
    case 'restarted_performing_event': {
      const { recentFrom, isQuiet } = restartedParts(leaf, sql);
      const isBack = some(`"timestamp" >= ${recentFrom}`);
      return `min("timestamp") FILTER (WHERE ${counts}) < ${recentFrom} AND ${isBack} AND NOT ${some(isQuiet)}`;
    }
  }
}
