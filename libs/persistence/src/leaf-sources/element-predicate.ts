import { type EventFilter, OPERATORS, passesMissing } from '#cohort-core';

import type { Bindings } from './bindings.js';
import { type MatchedValues, valuePredicate } from './property-predicate.js';

const CHAIN = `(properties ->> '$elements_chain')`;
/** A quoted text of the chain; quotes inside are escaped. */
const QUOTED = `"((?:[^"\\\\]|\\\\.)*)"`;

/**
 * A FROM item: the values of one attribute along the chain of elements, as PostHog's autocapture writes it,
 * `a.btn:href="/x"text="Sign up";div`. Attributes are read pair by pair, so that no quoted text is taken for one.
 * @param key one of a closed list (text, tag_name, href), so it may stand in the SQL
 */
export function elementValues(key: string): string {
  if (key === 'tag_name') {
    // Quoted texts are emptied first: a semicolon inside one begins no element.
    return `(SELECT m[1] AS value FROM regexp_matches(regexp_replace(${CHAIN}, '${QUOTED}', '""', 'g'), '(?:^|;)([^.:;]+)', 'g') AS m) AS element`;
  }
  return `(SELECT replace(m[2], '\\"', '"') AS value FROM regexp_matches(${CHAIN}, '([^=";:.]+)=${QUOTED}', 'g') AS m
    WHERE m[1] = '${key}') AS element`;
}

/** A condition on the elements of a click: one must meet a positive operator, each a negated one; none counts as missing. */
export function elementPredicate(filter: EventFilter, bindings: Bindings, matched: MatchedValues): string {
  const elements = elementValues(filter.key);
  const { negated } = OPERATORS[filter.operator];
  const none = `NOT EXISTS (SELECT 1 FROM ${elements})`;
  if (filter.operator === 'is_not_set') {
    return none;
  }
  const predicate = valuePredicate({ value: 'to_jsonb(value)', bindings }, filter, matched);
  const all = `NOT EXISTS (SELECT 1 FROM ${elements} WHERE (${predicate}) IS NOT TRUE)`;
  const some = `EXISTS (SELECT 1 FROM ${elements} WHERE ${predicate})`;
  if (negated) {
    return passesMissing(filter) ? all : `(${all} AND NOT ${none})`;
  }
  return predicate === 'true' ? 'true' : some;
}
