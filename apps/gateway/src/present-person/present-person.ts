import type { Shape } from '../http/shape.js';
import type { PersonResponse } from './person.response.js';
import type { PersonRow } from './read-persons.js';

const NAME_PROPERTIES = ['email', 'name', 'username'];
/** SDKs make such ids for visitors nobody has identified. */
const ANONYMOUS_ID = /^[0-9a-f]{8,16}-[0-9a-f-]{13,64}$/i;

/** A stored person in the shape that PostHog's clients read. */
export function presentPerson(row: PersonRow): Shape<PersonResponse> {
  return {
    id: row.uuid,
    uuid: row.uuid,
    type: 'person',
    name: nameOf(row),
    distinct_ids: row.distinct_ids,
    properties: row.properties,
    created_at: row.created_at.toISOString(),
    last_seen_at: null,
    is_identified: row.is_identified,
    matched_recordings: [],
    value_at_data_point: null,
  };
}

function nameOf({ properties, distinct_ids: ids, uuid }: PersonRow): string {
  const property = NAME_PROPERTIES.map((key) => properties[key]).find(
    (value) => typeof value === 'string' && value !== '',
  );
  return (property as string | undefined) ?? ids.find((id) => !ANONYMOUS_ID.test(id)) ?? ids[0] ?? uuid;
}
