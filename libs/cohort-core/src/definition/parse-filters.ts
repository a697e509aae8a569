import { isObject, type JsonObject } from '#contracts';

import { DefinitionError, join, shown } from './definition-error.js';
import { refuseUnknownKeys, toInteger } from './fields.js';
import { type FilterNode, type Group, type Leaf, leavesOf, matchersOf } from './filter-node.js';
import type { OperatorName } from './operators.js';
import { parseBehavioralLeaf } from './parse-behavioral-leaf.js';
import { parseCohortLeaf } from './parse-cohort-leaf.js';
import { parsePersonLeaf, parsePersonMetadataLeaf } from './parse-person-leaf.js';

/** The filters of a cohort as they are stored and answered: what the client sent, normalised. */
export interface CohortFilters {
  readonly properties: JsonObject;
}

export interface ParsedFilters {
  readonly filters: CohortFilters;
  readonly tree: Group;
}

/** Deeper or larger trees are no criteria that a person wrote; they would only cost a long statement. */
const MAX_DEPTH = 10;
const MAX_LEAVES = 200;
/** Each may become a parameter of the statement, of which PostgreSQL takes 65,535. */
const MAX_VALUES = 10_000;

/** Written by PostHog's server on every leaf; accepted back in a round trip, never stored. */
const SERVER_WRITTEN_KEYS = ['bytecode', 'bytecode_error', 'conditionHash'];
const INTEGER_KEYS = ['time_value', 'operator_value', 'seq_time_value', 'min_periods', 'total_periods'];

/** A list of one text means the text: PostHog stores it so. */
const UNWRAPPING_OPERATORS: readonly OperatorName[] = [
  'icontains',
  'not_icontains',
  'starts_with',
  'not_starts_with',
  'ends_with',
  'not_ends_with',
  'is_date_after',
  'is_date_before',
];

const LEAF_PARSERS: Readonly<Record<string, (leaf: JsonObject, path: string) => Leaf>> = {
  person: parsePersonLeaf,
  person_metadata: parsePersonMetadataLeaf,
  behavioral: parseBehavioralLeaf,
  cohort: parseCohortLeaf,
};

/**
 * Parses, normalises and checks the filters of a cohort once, at the boundary.
 * @param filters anything: `{"properties": {"type": "AND" | "OR", "values": [...]}}` is accepted
 * @throws DefinitionError naming the field
 */
export function parseFilters(filters: unknown, path = 'filters'): ParsedFilters {
  if (!isObject(filters) || !isObject(filters['properties'])) {
    throw new DefinitionError(join(path, 'detail'), "Must contain a 'properties' key with type and values");
  }
  refuseUnknownKeys(filters, ['properties'], path);
  const reading = { leaves: 0 };
  const { node, json } = readGroup(filters['properties'], join(path, 'properties'), 1, reading);
  refuseTooManyValues(node, join(path, 'properties'));
  return { filters: { properties: json }, tree: node };
}

function refuseTooManyValues(tree: Group, path: string): void {
  const count = leavesOf(tree).reduce((sum, leaf) => sum + valuesIn(leaf), 0);
  if (count > MAX_VALUES) {
    throw new DefinitionError(path, `The conditions may hold ${MAX_VALUES} values together at most. Got: ${count}`);
  }
}

function valuesIn(leaf: Leaf): number {
  const own = 'values' in leaf ? leaf.values.length : 0;
  return (
    own +
    matchersOf(leaf).reduce((sum, { filters }) => sum + filters.reduce((all, { values }) => all + values.length, 0), 0)
  );
}

interface Reading {
  leaves: number;
}

interface Read<N extends FilterNode> {
  readonly node: N;
  readonly json: JsonObject;
}

function readGroup(value: JsonObject, path: string, depth: number, reading: Reading): Read<Group> {
  if (depth > MAX_DEPTH) {
    throw new DefinitionError(path, `Groups may be nested ${MAX_DEPTH} levels deep at most.`);
  }
  refuseUnknownKeys(value, ['type', 'values'], path);
  const type = value['type'];
  if (type !== 'AND' && type !== 'OR') {
    throw new DefinitionError(join(path, 'type'), `Expected a group of type 'AND' or 'OR'. Got: ${shown(type)}`);
  }
  const children = groupValues(value, path).map((child, index) =>
    readNode(child, join(join(path, 'values'), index), depth, reading),
  );
  refuseMixture(children, path);
  return {
    node: { kind: 'group', type, path, children: children.map((child) => child.node) },
    json: { type, values: children.map((child) => child.json) },
  };
}

function groupValues(value: JsonObject, path: string): readonly unknown[] {
  const values = value['values'];
  if (!Array.isArray(values)) {
    throw new DefinitionError(join(path, 'values'), 'Expected a list of groups or of conditions.');
  }
  if (values.length === 0) {
    throw new DefinitionError(join(path, 'values'), 'Cohort has a property group with no condition');
  }
  return values;
}

function refuseMixture(children: readonly Read<FilterNode>[], path: string): void {
  const groups = children.filter((child) => child.node.kind === 'group').length;
  if (groups !== 0 && groups !== children.length) {
    throw new DefinitionError(
      join(path, 'values'),
      'Property list cannot contain both PropertyGroup and Property objects',
    );
  }
}

function readNode(value: unknown, path: string, depth: number, reading: Reading): Read<FilterNode> {
  if (!isObject(value)) {
    throw new DefinitionError(path, `Expected a group or a condition. Got: ${value === null ? 'null' : typeof value}`);
  }
  return value['type'] === 'AND' || value['type'] === 'OR'
    ? readGroup(value, path, depth + 1, reading)
    : readLeaf(value, path, reading);
}

function readLeaf(value: JsonObject, path: string, reading: Reading): Read<Leaf> {
  reading.leaves += 1;
  if (reading.leaves > MAX_LEAVES) {
    throw new DefinitionError(path, `A cohort may have ${MAX_LEAVES} conditions at most.`);
  }
  const type = value['type'];
  const parse = typeof type === 'string' && Object.hasOwn(LEAF_PARSERS, type) ? LEAF_PARSERS[type] : undefined;
  if (parse === undefined) {
    const expected = ['AND', 'OR', ...Object.keys(LEAF_PARSERS)].join(', ');
    throw new DefinitionError(join(path, 'type'), `Unknown type ${shown(type)}. Expected one of: ${expected}.`);
  }
  const json = normaliseLeaf(value);
  const node = parse(json, path);
  return { node, json: { ...json, negation: node.negation } };
}

/** Nulls dropped, integers as integers, lists of one text unwrapped, PostHog's compiled fields left out; all else as sent. */
function normaliseLeaf(leaf: JsonObject): JsonObject {
  const kept = Object.entries(leaf).filter(([key, value]) => value !== null && !SERVER_WRITTEN_KEYS.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, normaliseValue(leaf, key, value)]));
}

function normaliseValue(leaf: JsonObject, key: string, value: unknown): unknown {
  if (INTEGER_KEYS.includes(key) || (leaf['type'] === 'cohort' && key === 'value')) {
    return toInteger(value) ?? value;
  }
  const isSingle = Array.isArray(value) && value.length === 1 && typeof value[0] === 'string';
  const isUnwrapped = key === 'value' && UNWRAPPING_OPERATORS.some((operator) => operator === leaf['operator']);
  return isSingle && isUnwrapped ? (value as unknown[])[0] : value;
}
