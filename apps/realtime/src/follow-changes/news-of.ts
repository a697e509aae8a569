import type { ChangedPerson } from '#contracts';
import type { PersonNews } from '#persistence';

/** What is new about a person, as live cohorts ask for it. */
export function newsOf(person: ChangedPerson): PersonNews {
  const { ordinal, born, merged, merged_into, deleted, distinct_ids, events, properties } = person;
  return {
    ordinal,
    isUpheaval: merged === true || merged_into !== undefined || deleted === true,
    facts: [
      ...events.map((name) => `event:${name}` as const),
      ...properties.map((key) => `property:${key}` as const),
      ...(distinct_ids === true || born === true ? (['distinct_ids'] as const) : []),
      ...(born === true ? (['birth'] as const) : []),
    ],
  };
}
