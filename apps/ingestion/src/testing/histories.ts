import { randomUUID } from 'node:crypto';

import fc from 'fast-check';

import type { CapturedEvent } from '#contracts';

export type History = readonly Partial<CapturedEvent>[];

/** Few ids, so that everything happens to everybody. */
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const key = fc.constantFrom('x', 'y', 'z');
/** Around midnights in all timezones, so that the local day matters. */
const timestamp = fc
  .integer({ min: 0, max: 6 * 24 })
  .map((hours) => new Date(Date.UTC(2026, 1, 10, 0, 30) + hours * 3_600_000).toISOString());

const changes = fc.record(
  {
    $set: fc.dictionary(key, fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(null))),
    $set_once: fc.dictionary(key, fc.constantFrom('one', 'two')),
    $unset: fc.uniqueArray(key),
  },
  { requiredKeys: [] },
);
const capture = fc.record({
  event: fc.constantFrom('seen', 'bought'),
  distinct_id: id,
  timestamp,
  properties: changes,
  process_person: fc.constantFrom(true, true, true, false),
});
const identify = fc.record({
  event: fc.constant('$identify'),
  distinct_id: id,
  timestamp,
  properties: fc.tuple(id, changes).map(([other, rest]) => ({ ...rest, $anon_distinct_id: other })),
});
const aliasing = fc.record({
  event: fc.constantFrom('$create_alias', '$merge_dangerously'),
  distinct_id: id,
  timestamp,
  properties: fc.tuple(id, changes).map(([other, rest]) => ({ ...rest, alias: other })),
});

/** All that can happen, and copies of it. */
export const anyHistory: fc.Arbitrary<History> = fc
  .array(fc.oneof({ weight: 4, arbitrary: capture }, identify, aliasing), { minLength: 1, maxLength: 60 })
  .chain((events) => {
    const identified = events.map((event) => ({ ...event, uuid: randomUUID() }));
    return fc
      .array(fc.nat(identified.length - 1), { maxLength: 5 })
      .map((copies) => [...identified, ...copies.flatMap((index) => identified[index] ?? [])]);
  });

/**
 * Histories whose end does not depend on the order between distinct ids: each id writes properties of its own only, and
 * merges are never refused.
 */
export const confluentHistory: fc.Arbitrary<History> = fc
  .array(fc.oneof({ weight: 5, arbitrary: capture }, aliasing), { minLength: 1, maxLength: 120 })
  .map((events) =>
    events.map(({ properties, ...event }) => ({
      ...event,
      event: event.event.startsWith('$') ? '$merge_dangerously' : event.event,
      uuid: randomUUID(),
      properties: ownKeys(event.distinct_id, properties),
    })),
  );

function ownKeys(distinctId: string, properties: Record<string, unknown>): Record<string, unknown> {
  const rename = (names: object) =>
    Object.fromEntries(Object.entries(names).map(([name, value]) => [`${distinctId}_${name}`, value]));
  const { $set, $set_once, $unset, ...rest } = properties as { $set?: object; $set_once?: object; $unset?: string[] };
  return {
    ...rest,
    $set: rename($set ?? {}),
    $set_once: rename($set_once ?? {}),
    $unset: ($unset ?? []).map((name) => `${distinctId}_${name}`),
  };
}

/** Cuts a list into consecutive batches. @param sizes used in turn, each at least 1 */
export function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = [];
  for (let start = 0, turn = 0; start < list.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    batches.push(list.slice(start, start + size));
    start += size;
  }
  return batches;
}
