import { isObject } from '#contracts';

import type { Properties } from '../merge-persons/property-changes.js';
import { cleanText } from './clean-text.js';
import type { MergeWish, PersonWishes } from './incoming-event.js';

type WritableWishes = { -readonly [K in keyof PersonWishes]: PersonWishes[K] };

/** Events whose whole sense is a person; without one they mean nothing. */
const NEEDS_A_PERSON = ['$identify', '$create_alias', '$merge_dangerously'];

export function needsPerson(event: string): boolean {
  return NEEDS_A_PERSON.includes(event);
}

/** What the event's properties ask of its person: `$set`, `$set_once`, `$unset` (keys, or an object's keys) and a merge. */
export function personWishes(event: string, distinctId: string, properties: Properties): PersonWishes {
  const wishes: WritableWishes = {};
  const merge = mergeWish(event, distinctId, properties);
  if (merge !== undefined) {
    wishes.merge = merge;
  }
  if (isObject(properties['$set'])) {
    wishes.set = properties['$set'];
  }
  if (isObject(properties['$set_once'])) {
    wishes.once = properties['$set_once'];
  }
  const unset = unsetKeys(properties['$unset']);
  if (unset.length > 0) {
    wishes.unset = unset;
  }
  return wishes;
}

function unsetKeys(unset: unknown): string[] {
  if (Array.isArray(unset)) {
    return unset.filter((key): key is string => typeof key === 'string');
  }
  return isObject(unset) ? Object.keys(unset) : [];
}

function mergeWish(event: string, distinctId: string, properties: Properties): MergeWish | undefined {
  const other = needsPerson(event) ? properties[event === '$identify' ? '$anon_distinct_id' : 'alias'] : undefined;
  if (typeof other !== 'string' && typeof other !== 'number') {
    return undefined;
  }
  const otherId = cleanText(String(other));
  return otherId === distinctId ? undefined : { otherId, force: event === '$merge_dangerously' };
}
