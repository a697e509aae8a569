import { compileValueMatcher, isMatchedByValue, type MatchingMoment, type PropertyCondition } from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { type MatchedValues, textOf } from './property-predicate.js';

/** Where the values of a property lie. */
export interface ValueScope {
  /** The statement's FROM and WHERE; binds what it needs. */
  readonly rows: (bindings: Bindings) => string;
  /** A jsonb expression over a row: the value of the condition's property. */
  readonly value: (condition: PropertyCondition, bindings: Bindings) => string;
}

/**
 * Finds, for each condition of RE2, dates or versions, the distinct stored texts that meet it. SQL then compares with those: RE2's
 * meaning exactly, and no pattern that runs for ever (PostgreSQL's own `~` gives neither).
 */
export async function matchValues(
  client: Transaction,
  conditions: readonly PropertyCondition[],
  scope: ValueScope,
  moment: MatchingMoment,
): Promise<MatchedValues> {
  const matched = new Map<PropertyCondition, readonly string[]>();
  for (const condition of conditions.filter(isMatchedByValue)) {
    const matches = compileValueMatcher(condition, moment);
    const stored = await distinctTexts(client, condition, scope);
    matched.set(condition, stored.filter(matches));
  }
  return matched;
}

async function distinctTexts(client: Transaction, condition: PropertyCondition, scope: ValueScope): Promise<string[]> {
  const bindings = new Bindings();
  const value = textOf(scope.value(condition, bindings));
  const text = `SELECT DISTINCT value FROM (SELECT ${value} AS value ${scope.rows(bindings)}) AS stored WHERE value IS NOT NULL`;
  const result = await client.query<[string]>({ text, values: bindings.values, rowMode: 'array' });
  return result.rows.map(([stored]) => stored);
}
