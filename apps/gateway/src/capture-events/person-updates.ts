import { isObject, type JsonObject } from '#contracts';

import { type EventRefusal, EventRefused, REFUSALS } from './event-refusal.js';

/** SDKs put `$set`, `$set_once` and `$unset` beside the properties or inside; from here on they are inside. What stands outside wins. */
export function withPersonUpdates(event: JsonObject, properties: JsonObject): JsonObject {
  const updates = {
    $set: merged(event, properties, '$set', REFUSALS.invalidSet),
    $set_once: merged(event, properties, '$set_once', REFUSALS.invalidSetOnce),
    $unset: united(event, properties),
  };
  const given = Object.entries(updates).filter(([, value]) => value !== undefined);
  const others = Object.entries(properties).filter(([key]) => !Object.hasOwn(updates, key));
  return Object.fromEntries([...others, ...given]);
}

function merged(event: JsonObject, properties: JsonObject, key: string, refusal: EventRefusal): JsonObject | undefined {
  const inside = objectOf(properties[key], refusal);
  const outside = objectOf(event[key], refusal);
  return inside !== undefined && outside !== undefined ? { ...inside, ...outside } : (outside ?? inside);
}

function objectOf(value: unknown, refusal: EventRefusal): JsonObject | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!isObject(value)) {
    throw new EventRefused(refusal);
  }
  return value;
}

function united(event: JsonObject, properties: JsonObject): string[] | undefined {
  const names = [...namesOf(properties['$unset']), ...namesOf(event['$unset'])];
  return names.length === 0 ? undefined : [...new Set(names)];
}

/** A list of names, or an object whose keys are the names. */
function namesOf(value: unknown): string[] {
  if (value === undefined || value === null) {
    return [];
  }
  const names: unknown = isObject(value) ? Object.keys(value) : value;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new EventRefused(REFUSALS.invalidUnset);
  }
  return names;
}
