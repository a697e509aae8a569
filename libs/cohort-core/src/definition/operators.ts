/** How an operator takes its `value`. */
type Operand = 'none' | 'any' | 'scalars';

interface Operator {
  readonly operand: Operand;
  /** In one sentence, for docs/reference/filters.md and for error messages. */
  readonly meaning: string;
}

/** Operators on properties: the table the parser, the SQL and the documentation share (spec: PostHog's batch calculation). */
export const OPERATORS = {
  exact: { operand: 'scalars', meaning: 'equal to the value, or to any of a list; case-sensitive' },
  is_not: { operand: 'scalars', meaning: 'not equal to the value, nor to any of a list; a missing property matches' },
  icontains: { operand: 'scalars', meaning: 'contains the text, in any letter case' },
  is_set: { operand: 'none', meaning: 'the property is present and not null' },
  is_not_set: { operand: 'none', meaning: 'the property is missing or null' },
  gt: { operand: 'scalars', meaning: 'greater: as numbers when the property is a number, as text otherwise' },
  gte: { operand: 'scalars', meaning: 'greater or equal: as numbers when the property is a number, as text otherwise' },
  lt: { operand: 'scalars', meaning: 'less: as numbers when the property is a number, as text otherwise' },
  lte: { operand: 'scalars', meaning: 'less or equal: as numbers when the property is a number, as text otherwise' },
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof OPERATORS;

export function isOperator(name: string): name is OperatorName {
  return Object.hasOwn(OPERATORS, name);
}
