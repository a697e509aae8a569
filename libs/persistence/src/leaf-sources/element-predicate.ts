import { type EventFilter, isMatchedByValue, OPERATORS } from '#cohort-core';

import type { Bindings } from './bindings.js';
import { type MatchedValues, valuePredicate } from './property-predicate.js';

const CHAIN = `(properties ->> '$elements_chain')`;
const QUOTED = `"(?:[^"\\\\]|\\\\.)*"`;

/** The values of one attribute along the chain of elements, as PostHog's autocapture writes it: `a.btn:href="/x"text="Sign up";div`. */
function elementValues(key: string): string {
  if (key === 'tag_name') {
    // Quoted texts are emptied first: a semicolon inside one begins no element.
    return `SELECT m[1] AS value FROM regexp_matches(regexp_replace(${CHAIN}, '${QUOTED}', '""', 'g'), '(?:^|;)([A-Za-z][A-Za-z0-9-]*)', 'g') AS m`;
  }
  return `SELECT replace(m[1], '\\"', '"') AS value FROM regexp_matches(${CHAIN}, '(?:^|[^A-Za-z_])${key}="((?:[^"\\\\]|\\\\.)*)"', 'g') AS m`;
}

/**
 * A condition on the elements of a click: a positive one holds when any element meets it, a negative one when every element does.
 * @param filter its key is one of a closed list (text, tag_name, href), so it may stand in the SQL
 */
export function elementPredicate(filter: EventFilter, bindings: Bindings, matched: MatchedValues): string {
  if (isMatchedByValue(filter)) {
    throw new Error(`'${filter.operator}' does not apply to elements: the parser refuses it`);
  }
  const predicate = valuePredicate({ value: 'to_jsonb(value)', bindings }, filter, matched);
  const elements = `(${elementValues(filter.key)}) AS element`;
  return OPERATORS[filter.operator].missing
    ? `NOT EXISTS (SELECT 1 FROM ${elements} WHERE (${predicate}) IS NOT TRUE)`
    : `EXISTS (SELECT 1 FROM ${elements} WHERE ${predicate})`;
}
