import { performedFirstTime } from './behavior/first-time.js';
import type { History } from './behavior/history.js';
import { restarted, stopped } from './behavior/lifecycle.js';
import { performed, performedMultiple } from './behavior/performed.js';
import { performedRegularly } from './behavior/regularly.js';
import { performedSequence } from './behavior/sequence.js';
import type { Context } from './context.js';
import type { BehaviorFilter, GroupFilter, LeafFilter } from './filter-shapes.js';
import { matchesOneOf, matchesProperty } from './property-match.js';
import type { OraclePerson, World } from './world.js';

const BEHAVIORS: Record<string, (leaf: BehaviorFilter, history: History) => boolean> = {
  performed_event: performed,
  performed_event_multiple: performedMultiple,
  performed_event_multiple_times: performedMultiple,
  performed_event_first_time: performedFirstTime,
  performed_event_sequence: performedSequence,
  performed_event_regularly: performedRegularly,
  stopped_performing_event: stopped,
  restarted_performing_event: restarted,
};

/**
 * The uuids, sorted, of the persons whom savable `filters` (`{ properties: group }`) hold at the instant `at` (ISO 8601).
 * Throws on what it cannot read: a filter that could not have been saved.
 */
export function oracleMembers(filters: unknown, world: World, at: string): string[] {
  const { properties } = filters as { properties: GroupFilter };
  const context: Context = { world, timezone: world.timezone, at: Date.parse(at) };
  return world.persons
    .filter((person) => matchesNode(properties, person, context))
    .map((person) => person.uuid)
    .sort();
}

function matchesNode(node: GroupFilter | LeafFilter, person: OraclePerson, context: Context): boolean {
  if ('values' in node) {
    const matches = (child: GroupFilter | LeafFilter): boolean => matchesNode(child, person, context);
    return node.type === 'AND' ? node.values.every(matches) : node.values.some(matches);
  }
  return matchesLeaf(node, person, context) !== (node.negation ?? false);
}

function matchesLeaf(leaf: LeafFilter, person: OraclePerson, context: Context): boolean {
  switch (leaf.type) {
    case 'person':
      return leaf.key === 'distinct_id'
        ? matchesOneOf(leaf, person.distinctIds, context)
        : matchesProperty(leaf, person.properties[leaf.key], context);
    case 'person_metadata':
      return matchesProperty(leaf, person.createdAt, context);
    case 'behavioral':
      return matchesBehavior(leaf, { person, context });
    case 'cohort':
      return membersOf(Number(leaf.value), context).has(person.uuid);
  }
}

function matchesBehavior(leaf: BehaviorFilter, history: History): boolean {
  const behavior = BEHAVIORS[leaf.value];
  if (!behavior) {
    throw new Error(`The oracle does not know the behavior ${leaf.value}`);
  }
  return behavior(leaf, history);
}

function membersOf(cohort: number, { world }: Context): Set<string> {
  const members = world.cohorts.get(cohort);
  if (!members) {
    throw new Error(`No cohort ${cohort}: a reference to a missing cohort cannot be saved`);
  }
  return members;
}
