import type { Context } from './context.js';
import { elementsOf } from './elements-chain.js';
import type { PropertyFilter } from './filter-shapes.js';
import { textOf } from './json-text.js';
import { matchesOneOf, matchesProperty } from './property-match.js';
import type { OracleEvent } from './world.js';

/** An event name, or the id of an action. */
export interface Entity {
  key: string | number;
  type: string;
}

export function isEntity(event: OracleEvent, entity: Entity, context: Context): boolean {
  if (entity.type === 'events') {
    return event.event === String(entity.key);
  }
  const action = context.world.actions.get(Number(entity.key));
  return (action?.steps ?? []).some(
    (step) => step.event === event.event && matchesFilters(event, (step.properties ?? []) as PropertyFilter[], context),
  );
}

/** All filters, on this one event. */
export function matchesFilters(event: OracleEvent, filters: readonly PropertyFilter[], context: Context): boolean {
  return filters.every((filter) =>
    filter.type === 'element'
      ? matchesOneOf(filter, elementValues(event, filter.key), context)
      : matchesProperty(filter, event.properties[filter.key], context),
  );
}

function elementValues(event: OracleEvent, key: string): string[] {
  if (key !== 'text' && key !== 'tag_name' && key !== 'href') {
    throw new Error(`The oracle does not know the element key ${key}`);
  }
  const elements = elementsOf(textOf(event.properties['$elements_chain'] ?? ''));
  return elements.map((element) => element[key]).filter((value) => value !== undefined);
}
