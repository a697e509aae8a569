import { isObject, type JsonObject } from '#contracts';

import { operandField, operatorField, takesNoValue } from './condition.js';
import { DefinitionError, join, shown } from './definition-error.js';
import { integerField, refuseUnknownKeys, requireKeys, textField, toInteger } from './fields.js';
import type { CountOperator, CountRule, EventFilter, EventMatcher } from './filter-node.js';

const MAX_FILTERS = 50;
const MAX_INT4 = 2_147_483_647;
/** What an element of the autocaptured chain can be asked for. */
const ELEMENT_KEYS = ['text', 'tag_name', 'href'];

/** Reads `key`, `event_type` and `event_filters`. @throws DefinitionError */
export function parseMatcher(leaf: JsonObject, path: string): EventMatcher {
  const matcher = matcherOf(leaf, { key: 'key', type: 'event_type' }, path);
  return { ...matcher, filters: parseEventFilters(leaf['event_filters'], join(path, 'event_filters')) };
}

/** The second event of a sequence: `seq_event`, `seq_event_type`. @throws DefinitionError */
export function parseNextMatcher(leaf: JsonObject, path: string): EventMatcher {
  return { ...matcherOf(leaf, { key: 'seq_event', type: 'seq_event_type' }, path), filters: [] };
}

function matcherOf(
  leaf: JsonObject,
  fields: { key: string; type: string },
  path: string,
): Pick<EventMatcher, 'type' | 'key'> {
  const type = leaf[fields.type];
  if (type === 'actions') {
    return { type, key: integerField(leaf, fields.key, path, { min: 1, max: MAX_INT4 }) };
  }
  if (type !== 'events') {
    throw new DefinitionError(join(path, fields.type), `Event type must be 'events' or 'actions'. Got: ${shown(type)}`);
  }
  return { type, key: textField(leaf, fields.key, path) };
}

function parseEventFilters(filters: unknown, path: string): readonly EventFilter[] {
  if (filters === undefined || filters === null) {
    return [];
  }
  if (!Array.isArray(filters) || filters.length > MAX_FILTERS) {
    throw new DefinitionError(path, `Expected a list of at most ${MAX_FILTERS} conditions on the event.`);
  }
  return filters.map((filter: unknown, index) => parsePropertyFilter(filter, join(path, index)));
}

/** One entry of `event_filters`, or of an action step's `properties`. @throws DefinitionError */
export function parsePropertyFilter(filter: unknown, path: string): EventFilter {
  if (!isObject(filter)) {
    throw new DefinitionError(path, `Expected a condition on the event. Got: ${shown(filter)}`);
  }
  refuseUnknownKeys(filter, ['type', 'key', 'value', 'operator'], path);
  const type = filter['type'] ?? 'event';
  if (type !== 'event' && type !== 'element') {
    const hint = type === 'hogql' ? 'hogql conditions are not supported yet. ' : '';
    throw new DefinitionError(join(path, 'type'), `${hint}Expected 'event' or 'element'. Got: ${shown(type)}`);
  }
  const given = { operator: 'exact', ...filter };
  requireKeys(given, takesNoValue(given) ? ['key'] : ['key', 'value'], path, type);
  const operator = operatorField(given, path);
  return { type, key: keyOf(given, type, path), operator, values: operandField(given, operator, path) };
}

function keyOf(filter: JsonObject, type: EventFilter['type'], path: string): string {
  const key = textField(filter, 'key', path);
  if (type === 'element' && !ELEMENT_KEYS.includes(key)) {
    throw new DefinitionError(
      join(path, 'key'),
      `Unknown element key ${shown(key)}. Expected one of: ${ELEMENT_KEYS.join(', ')}.`,
    );
  }
  return key;
}

const COUNT_OPERATORS: Readonly<Record<string, CountOperator>> = {
  gte: 'gte',
  lte: 'lte',
  gt: 'gt',
  lt: 'lt',
  eq: 'eq',
  exact: 'eq',
};
const MAX_COUNT = 1_000_000_000;

/** Reads `operator` (absent means equal) and `operator_value`. @throws DefinitionError */
export function parseCount(leaf: JsonObject, path: string): CountRule {
  const operator = leaf['operator'] ?? 'eq';
  const known =
    typeof operator === 'string' && Object.hasOwn(COUNT_OPERATORS, operator) ? COUNT_OPERATORS[operator] : undefined;
  if (known === undefined) {
    throw new DefinitionError(
      join(path, 'operator'),
      `count_operator must be gte, lte, eq, or None (also gt, lt, exact). Got: ${shown(operator)}`,
    );
  }
  return { operator: known, value: integerField(leaf, 'operator_value', path, { min: 1, max: MAX_COUNT }) };
}

/** `performed_event` takes a count and ignores it, as PostHog does; a wrong type is refused all the same. */
export function checkIgnoredCount(leaf: JsonObject, path: string): void {
  const value = leaf['operator_value'];
  if (value !== undefined && value !== null && toInteger(value) === undefined) {
    throw new DefinitionError(join(path, 'operator_value'), `operator_value must be an integer, got ${shown(value)}`);
  }
}
