import { type EventMatcher, type FactPlace, type Instant, instantOf, storedInstant } from '#cohort-core';

import { Bindings } from '../leaf-sources/bindings.js';
import { textOf } from '../leaf-sources/property-predicate.js';
import { eventNames } from '../leaf-sources/visited-by-time.js';
import type { OnePerson } from './one-person.js';

/** More of one person's events are not looked through; the search for a change then ends earlier and says so. */
const MAX_FACTS = 5_000;

/** Instants of a person that a moving edge can pass, ascending, each once. */
export interface Facts {
  readonly instants: readonly Instant[];
  /** Later ones were left out. */
  readonly isCut: boolean;
}

/** Reads what lies at `place` of the person, from an instant on. */
export async function readFacts(person: OnePerson, place: FactPlace, from: Instant): Promise<Facts> {
  switch (place.type) {
    case 'event':
      return eventTimes(person, place.matchers, from);
    case 'created_at':
      return creation(person);
    default:
      return { instants: ascending(await storedDates(person, place)), isCut: false };
  }
}

const AS_ISO = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

async function eventTimes(person: OnePerson, matchers: readonly EventMatcher[], from: Instant): Promise<Facts> {
  const { transaction, projectId, ordinal } = person;
  const names = await eventNames(transaction, matchers, projectId);
  const result = await transaction.query<{ time: string }>(
    `SELECT to_char("timestamp" AT TIME ZONE 'UTC', ${AS_ISO}) AS time FROM (
       SELECT DISTINCT "timestamp" FROM event
       WHERE project_id = $1 AND ordinal = $2 AND event = ANY($3::text[]) AND "timestamp" >= $4::timestamptz
       ORDER BY "timestamp" LIMIT $5
     ) AS occurrence ORDER BY 1`,
    [projectId, ordinal, names, from.toString(), MAX_FACTS],
  );
  return { instants: result.rows.map(({ time }) => instantOf(time)), isCut: result.rows.length === MAX_FACTS };
}

async function creation({ transaction, projectId, ordinal }: OnePerson): Promise<Facts> {
  const result = await transaction.query<{ time: string }>(
    `SELECT to_char(created_at AT TIME ZONE 'UTC', ${AS_ISO}) AS time FROM person WHERE project_id = $1 AND ordinal = $2`,
    [projectId, ordinal],
  );
  return { instants: result.rows.map(({ time }) => instantOf(time)), isCut: false };
}

async function storedDates(
  person: OnePerson,
  place: Exclude<FactPlace, { type: 'event' | 'created_at' }>,
): Promise<Instant[]> {
  const bindings = new Bindings();
  const owner = `project_id = ${bindings.bind(person.projectId)} AND ordinal = ${bindings.bind(person.ordinal)}`;
  const values = await datesSql(person, place, { owner, bindings });
  const text = `SELECT DISTINCT ${textOf('value')} AS text, jsonb_typeof(value) = 'number' AS "isNumber" FROM (${values}) AS stored
    WHERE jsonb_typeof(value) <> 'null'`;
  const result = await person.transaction.query<{ text: string; isNumber: boolean }>(text, bindings.values);
  return result.rows.flatMap((stored) => storedInstant(stored, person.timezone) ?? []);
}

async function datesSql(
  { transaction, projectId }: OnePerson,
  place: Exclude<FactPlace, { type: 'event' | 'created_at' }>,
  { owner, bindings }: { owner: string; bindings: Bindings },
): Promise<string> {
  if (place.type === 'distinct_id') {
    return `SELECT to_jsonb(distinct_id) AS value FROM person_distinct_id WHERE ${owner}`;
  }
  const value = `(properties -> ${bindings.bind(place.key)}::text)`;
  if (place.type === 'person_property') {
    return `SELECT ${value} AS value FROM person WHERE ${owner}`;
  }
  const names = await eventNames(transaction, place.matchers, projectId);
  return `SELECT ${value} AS value FROM event WHERE ${owner} AND event = ANY(${bindings.bind(names)}::text[])`;
}

function ascending(instants: readonly Instant[]): Instant[] {
  return [...instants].sort((a, b) => Number(a.epochNanoseconds - b.epochNanoseconds));
}
