import { DefinitionError, join, shown } from './definition-error.js';
import { booleanField, type JsonObject, refuseUnknownKeys, requireKeys, scalarsField, textField } from './fields.js';
import type { PersonLeaf } from './filter-node.js';
import { isOperator, type OperatorName, OPERATORS } from './operators.js';

const KEYS = ['type', 'key', 'operator', 'value', 'negation'];

/** A condition on a property of the person. @throws DefinitionError */
export function parsePersonLeaf(leaf: JsonObject, path: string): PersonLeaf {
  refuseUnknownKeys(leaf, KEYS, path);
  requireKeys(leaf, requiredKeys(leaf), path, 'person');
  const operator = parseOperator(leaf, path);
  return {
    kind: 'person',
    path,
    negation: booleanField(leaf, 'negation', path),
    key: textField(leaf, 'key', path),
    operator,
    values: OPERATORS[operator].operand === 'none' ? [] : scalarsField(leaf, 'value', path),
  };
}

function requiredKeys(leaf: JsonObject): string[] {
  const operator = leaf['operator'];
  const takesNoValue = typeof operator === 'string' && isOperator(operator) && OPERATORS[operator].operand === 'none';
  return takesNoValue ? ['key', 'operator'] : ['key', 'operator', 'value'];
}

function parseOperator(leaf: JsonObject, path: string): OperatorName {
  const operator = leaf['operator'];
  if (typeof operator === 'string' && isOperator(operator)) {
    return operator;
  }
  const expected = Object.keys(OPERATORS).join(', ');
  throw new DefinitionError(
    join(path, 'operator'),
    `Unknown operator ${shown(operator)}. Expected one of: ${expected}.`,
  );
}
