import type { JsonObject } from '#contracts';

import { BEHAVIORS } from './behaviors.js';
import { DefinitionError, join, shown } from './definition-error.js';
import { booleanField, refuseUnknownKeys, requireKeys } from './fields.js';
import type { EventLeaf } from './filter-node.js';

const KEYS = [
  'type',
  'key',
  'value',
  'event_type',
  'time_value',
  'time_interval',
  'negation',
  'operator',
  'operator_value',
  'seq_time_interval',
  'seq_time_value',
  'seq_event',
  'seq_event_type',
  'total_periods',
  'min_periods',
  'event_filters',
  'explicit_datetime',
  'explicit_datetime_to',
];

/** What a person did, and when. @throws DefinitionError */
export function parseBehavioralLeaf(leaf: JsonObject, path: string): EventLeaf {
  refuseUnknownKeys(leaf, KEYS, path);
  requireKeys(leaf, ['key', 'value', 'event_type'], path, 'behavioral');
  const { value } = leaf;
  const behavior = typeof value === 'string' && Object.hasOwn(BEHAVIORS, value) ? BEHAVIORS[value] : undefined;
  if (behavior === undefined) {
    const expected = Object.keys(BEHAVIORS).join(', ');
    throw new DefinitionError(join(path, 'value'), `Unknown behavior ${shown(value)}. Expected one of: ${expected}.`);
  }
  return { ...behavior.parse(leaf, path), negation: booleanField(leaf, 'negation', path), path };
}
