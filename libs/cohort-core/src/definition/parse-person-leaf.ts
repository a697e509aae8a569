import type { JsonObject } from '#contracts';

import { operandField, operatorField, takesNoValue } from './condition.js';
import { DefinitionError, join, shown } from './definition-error.js';
import { booleanField, refuseUnknownKeys, requireKeys, textField } from './fields.js';
import type { DistinctIdLeaf, PersonLeaf, PersonMetadataLeaf } from './filter-node.js';
import type { OperatorName } from './operators.js';

const KEYS = ['type', 'key', 'operator', 'value', 'negation'];

/** Columns of a person that may be asked for. */
export const METADATA_KEYS = ['created_at'] as const;

/** A moment in time is compared as one; text operators have nothing to hold on to. */
export const METADATA_OPERATORS: readonly OperatorName[] = [
  'exact',
  'is_not',
  'gt',
  'gte',
  'lt',
  'lte',
  'is_date_before',
  'is_date_after',
  'is_date_exact',
  'is_set',
  'is_not_set',
];

/** A condition on a property of the person, or (key `distinct_id`) on her distinct ids. @throws DefinitionError */
export function parsePersonLeaf(leaf: JsonObject, path: string): PersonLeaf | DistinctIdLeaf {
  const condition = parseCondition(leaf, path, 'person');
  return { kind: condition.key === 'distinct_id' ? 'distinct_id' : 'person', ...condition };
}

/** A condition on a column of the person. @throws DefinitionError */
export function parsePersonMetadataLeaf(leaf: JsonObject, path: string): PersonMetadataLeaf {
  const { key } = leaf;
  const known = METADATA_KEYS.find((candidate) => candidate === key);
  if (key !== undefined && key !== null && known === undefined) {
    throw new DefinitionError(
      join(path, 'key'),
      `Unsupported person_metadata key ${shown(key).replaceAll('"', "'")}. Allowed keys: ${METADATA_KEYS.join(', ')}`,
    );
  }
  const asDate = isComparison(leaf['operator']) ? { ...leaf, operator: 'is_date_exact' } : leaf;
  const { operator } = leaf;
  if (typeof operator === 'string' && !METADATA_OPERATORS.some((candidate) => candidate === operator)) {
    throw new DefinitionError(
      join(path, 'operator'),
      `Operator '${operator.slice(0, 80)}' does not apply to created_at. Expected one of: ${METADATA_OPERATORS.join(', ')}.`,
    );
  }
  const condition = parseCondition(asDate, path, 'person_metadata');
  return { kind: 'person_metadata', ...condition, key: 'created_at', operator: operatorField(leaf, path) };
}

function isComparison(operator: unknown): boolean {
  return ['exact', 'is_not', 'gt', 'gte', 'lt', 'lte'].some((candidate) => candidate === operator);
}

function parseCondition(leaf: JsonObject, path: string, kind: string) {
  refuseUnknownKeys(leaf, KEYS, path);
  requireKeys(leaf, takesNoValue(leaf) ? ['key', 'operator'] : ['key', 'operator', 'value'], path, kind);
  const operator = operatorField(leaf, path);
  return {
    path,
    negation: booleanField(leaf, 'negation', path),
    key: textField(leaf, 'key', path),
    operator,
    values: operandField(leaf, operator, path),
  };
}
