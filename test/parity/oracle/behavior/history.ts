import type { Context } from '../context.js';
import { type Entity, isEntity, matchesFilters } from '../event-match.js';
import type { BehaviorFilter, PropertyFilter } from '../filter-shapes.js';
import type { OracleEvent, OraclePerson } from '../world.js';

/** What one person did: her events of all her distinct ids. */
export interface History {
  person: OraclePerson;
  context: Context;
}

export function instantsOf(history: History, entity: Entity, filters: readonly PropertyFilter[] = []): number[] {
  return eventsOf(history, entity)
    .filter((event) => matchesFilters(event, filters, history.context))
    .map(instantOfEvent);
}

export function eventsOf({ person, context }: History, entity: Entity): OracleEvent[] {
  return context.world.events.filter(
    (event) => person.distinctIds.includes(event.distinctId) && isEntity(event, entity, context),
  );
}

export function instantOfEvent(event: OracleEvent): number {
  return Date.parse(event.timestamp);
}

export function mainEntity(leaf: BehaviorFilter): Entity {
  return { key: leaf.key, type: leaf.event_type };
}
