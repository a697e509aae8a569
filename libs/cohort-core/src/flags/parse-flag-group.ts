import { isObject, type JsonObject } from '#contracts';

import { DefinitionError, join, shown } from '../definition/definition-error.js';
import type { CohortLeaf, Leaf } from '../definition/filter-node.js';
import { parseCohortLeaf } from '../definition/parse-cohort-leaf.js';
import { parsePersonLeaf } from '../definition/parse-person-leaf.js';
import type { FlagGroup } from './flag-definition.js';
import { percentageField, refuseUnsupported } from './flag-fields.js';

interface ParsedGroup {
  readonly group: FlagGroup;
  readonly json: JsonObject;
}

interface ParsedProperty {
  readonly leaf: Leaf;
  readonly json: JsonObject;
}

const MAX_PROPERTIES = 100;

const GROUP_KEYS = ['properties', 'rollout_percentage', 'variant', 'description', 'sort_key', 'users_affected'];
const UNSUPPORTED_OF_GROUP = ['aggregation_group_type_index'];
const PROPERTY_KEYS = ['key', 'type', 'value', 'operator', 'negation', 'label', 'cohort_name'];
const UNSUPPORTED_OF_PROPERTY = ['group_type_index'];

/** Reads one set of conditions. @throws DefinitionError */
export function parseFlagGroup(group: unknown, path: string): ParsedGroup {
  if (!isObject(group)) {
    throw new DefinitionError(path, `Expected a group of conditions. Got: ${shown(group)}`);
  }
  refuseUnsupported(group, { known: GROUP_KEYS, unsupported: UNSUPPORTED_OF_GROUP, path });
  const at = join(path, 'properties');
  const properties = readProperties(group['properties'], at).map((property, index) =>
    parseProperty(property, join(at, index)),
  );
  const children = properties.map(({ leaf }) => leaf);
  return {
    group: {
      tree: children.length === 0 ? null : { kind: 'group', type: 'AND', path: at, children },
      rolloutPercentage: percentageField(group, 'rollout_percentage', path) ?? 100,
      variant: variantField(group, path),
    },
    json: properties.length === 0 ? group : { ...group, properties: properties.map(({ json }) => json) },
  };
}

function readProperties(properties: unknown, path: string): readonly unknown[] {
  if (properties === undefined || properties === null) {
    return [];
  }
  if (!Array.isArray(properties) || properties.length > MAX_PROPERTIES) {
    throw new DefinitionError(path, `Expected a list of at most ${MAX_PROPERTIES} conditions.`);
  }
  return properties;
}

function variantField(group: JsonObject, path: string): string | null {
  const variant = group['variant'] ?? null;
  if (variant !== null && typeof variant !== 'string') {
    throw new DefinitionError(join(path, 'variant'), `Expected the key of a variant. Got: ${shown(variant)}`);
  }
  return variant === '' ? null : variant;
}

function parseProperty(property: unknown, path: string): ParsedProperty {
  if (!isObject(property)) {
    throw new DefinitionError(path, `Expected a condition. Got: ${shown(property)}`);
  }
  const { type, key, value, operator, negation } = property;
  if (type !== 'person' && type !== 'cohort') {
    // Its place does not matter to PostHog either: the sentence stands at `filters`.
    throw new DefinitionError('filters', 'Filters are not valid (can only use person and cohort properties)');
  }
  refuseUnsupported(property, { known: PROPERTY_KEYS, unsupported: UNSUPPORTED_OF_PROPERTY, path });
  if (type === 'person') {
    const leaf = parsePersonLeaf({ type, key, value, operator: operator ?? 'exact', negation }, path);
    return { leaf, json: property };
  }
  const leaf = inOrNot(parseCohortLeaf({ type, key, value, negation }, path), operator, path);
  return { leaf, json: { ...property, value: leaf.cohortId } };
}

/** A cohort is asked for by `in`, which may be left out (older clients say `exact`), or by `not_in`. */
function inOrNot(leaf: CohortLeaf, operator: unknown, path: string): CohortLeaf {
  const given = operator ?? 'in';
  if (given === 'in' || given === 'exact') {
    return leaf;
  }
  if (given !== 'not_in') {
    throw new DefinitionError(join(path, 'operator'), `Expected 'in' or 'not_in'. Got: ${shown(given)}`);
  }
  return { ...leaf, negation: !leaf.negation };
}
