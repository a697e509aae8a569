import { isObject, type JsonObject } from '#contracts';

import { DefinitionError, join } from './definition-error.js';
import { toInteger } from './fields.js';

/** Every key of a stored group, in PostHog's order. */
const KEYS = [
  'properties',
  'action_id',
  'event_id',
  'days',
  'count',
  'count_operator',
  'start_date',
  'end_date',
  'label',
] as const;

const MAX_GROUPS = 100;
const DEFAULT_DAYS = 365;

/** The legacy form of filters: any group, of properties that all hold or of one event. */
export type CohortGroup = Readonly<Record<(typeof KEYS)[number], unknown>>;

/** Checks and normalises legacy groups: all nine keys, in order. @throws DefinitionError in PostHog's words */
export function parseGroups(groups: unknown): CohortGroup[] {
  if (!Array.isArray(groups)) {
    throw new DefinitionError('groups', 'Groups must be a list of cohort group definitions.');
  }
  if (groups.length > MAX_GROUPS) {
    throw new DefinitionError('groups', `A cohort may have ${MAX_GROUPS} groups at most.`);
  }
  return groups.map(parseGroup);
}

function parseGroup(group: unknown, index: number): CohortGroup {
  if (!isObject(group)) {
    throw new DefinitionError('groups', `Cohort group at index ${index} must be an object.`);
  }
  if (!hasProperties(group) && !isGiven(group['action_id']) && !isGiven(group['event_id'])) {
    throw new DefinitionError(
      'groups',
      `Invalid cohort group at index ${index}: Cohort group needs properties or action_id or event_id`,
    );
  }
  return Object.fromEntries(KEYS.map((key) => [key, group[key] ?? null])) as CohortGroup;
}

function hasProperties({ properties }: JsonObject): boolean {
  return Array.isArray(properties) ? properties.length > 0 : isObject(properties) && Object.keys(properties).length > 0;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== 0;
}

/** The filters that mean the same; null without groups. They still have to be parsed: the conditions are as the client sent them. */
export function groupsToFilters(groups: readonly CohortGroup[]): JsonObject | null {
  return groups.length === 0
    ? null
    : { properties: { type: 'OR', values: groups.map((group) => ({ type: 'AND', values: conditionsOf(group) })) } };
}

function conditionsOf(group: CohortGroup): readonly unknown[] {
  return hasProperties(group) ? propertiesOf(group.properties) : [eventOf(group)];
}

function propertiesOf(properties: unknown): readonly unknown[] {
  if (!Array.isArray(properties)) {
    return Object.entries(properties as JsonObject).map(([key, value]) => ({
      type: 'person',
      key,
      operator: 'exact',
      value,
    }));
  }
  return properties.map((property: unknown) => {
    if (!isObject(property)) {
      return property;
    }
    const type = property['type'] === undefined || property['type'] === 'event' ? 'person' : property['type'];
    return { operator: 'exact', ...property, type };
  });
}

function eventOf(group: CohortGroup): JsonObject {
  const isAction = isGiven(group.action_id);
  const count = Math.max(0, toInteger(group.count) ?? 0);
  const base = {
    type: 'behavioral',
    key: isAction ? group.action_id : group.event_id,
    event_type: isAction ? 'actions' : 'events',
    time_value: group.days ?? DEFAULT_DAYS,
    time_interval: 'day',
  };
  return count === 0
    ? { ...base, value: 'performed_event' }
    : { ...base, value: 'performed_event_multiple', operator: group.count_operator ?? 'eq', operator_value: count };
}

const PATH_OF_CONDITION = /^filters__properties__values__(\d+)(?:__values__(\d+))?/;

/** A path inside the filters made from groups, as a path inside those groups. */
export function groupPathOf(path: string, groups: readonly CohortGroup[]): string {
  return path.replace(PATH_OF_CONDITION, (_, group: string, condition: string | undefined) => {
    const at = join('groups', group);
    const isList = Array.isArray(groups[Number(group)]?.properties);
    return condition === undefined || !isList ? at : join(join(at, 'properties'), condition);
  });
}
