import { writeCsv } from '../http/write-csv.js';
import { presentPerson } from '../present-person/present-person.js';
import type { PersonRow } from '../present-person/read-persons.js';

/** PostHog's columns: email is lifted out of the properties. */
const FIRST_COLUMNS = ['id', 'email', 'name', 'created_at'];
const LIFTED = 'email';

/** Persons as a CSV file: a column for each property that any of them has, and for each of her distinct ids. */
export function exportPersons(rows: readonly PersonRow[]): string {
  const keys = [...new Set(rows.flatMap(({ properties }) => Object.keys(properties)))]
    .filter((key) => key !== LIFTED)
    .sort();
  const ids = Array.from({ length: Math.max(0, ...rows.map((row) => row.distinct_ids.length)) }, (_, index) => index);
  const header = [
    ...FIRST_COLUMNS,
    ...keys.map((key) => `properties.${key}`),
    ...ids.map((index) => `distinct_ids.${index}`),
  ];
  const lines = rows
    .map(presentPerson)
    .map((person) => [
      ...[person.id, person.properties[LIFTED], person.name, person.created_at],
      ...keys.map((key) => person.properties[key]),
      ...ids.map((index) => person.distinct_ids[index]),
    ]);
  return writeCsv([header, ...lines]);
}
