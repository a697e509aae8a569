import { DefinitionError, join, shown } from './definition-error.js';
import { parseEventWindow } from './event-window.js';
import { booleanField, type JsonObject, refuseUnknownKeys, requireKeys, textField } from './fields.js';
import type { PerformedEventLeaf } from './filter-node.js';

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
  'explicit_datetime',
  'explicit_datetime_to',
];

/** What a person did, and when. @throws DefinitionError */
export function parseBehavioralLeaf(leaf: JsonObject, path: string): PerformedEventLeaf {
  refuseUnknownKeys(leaf, KEYS, path);
  requireKeys(leaf, ['key', 'value', 'event_type'], path, 'behavioral');
  if (leaf['value'] !== 'performed_event') {
    throw new DefinitionError(
      join(path, 'value'),
      `Unknown behavior ${shown(leaf['value'])}. Expected one of: performed_event.`,
    );
  }
  if (leaf['event_type'] !== 'events') {
    throw new DefinitionError(join(path, 'event_type'), `Expected 'events'. Got: ${shown(leaf['event_type'])}`);
  }
  return {
    kind: 'performed_event',
    path,
    negation: booleanField(leaf, 'negation', path),
    event: textField(leaf, 'key', path),
    window: parseEventWindow(leaf, path),
  };
}
