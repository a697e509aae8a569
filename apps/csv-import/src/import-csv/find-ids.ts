import type { IdKind } from '#csv';

/** Email addresses are compared in this form where they are not equal as they stand. */
export function folded(expression: string): string {
  return `lower(btrim(${expression}))`;
}

/** Of one email, those who have it exactly; when there are none, those who have it in another case. */
const EMAILS = `
  SELECT place, ordinal FROM (
    SELECT given.place, known.ordinal, known.email = given.value AS is_exact,
      bool_or(known.email = given.value) OVER (PARTITION BY given.place) AS is_any_exact
    FROM (SELECT value, place FROM given ORDER BY ${folded('value')} COLLATE "C") AS given
    JOIN csv_email AS known ON known.folded = ${folded('given.value')}
  ) AS found WHERE (is_exact OR NOT is_any_exact) AND $1::int IS NOT NULL`;

/** SELECTs of (place, ordinal) of the ids that `given (value, place)` names in project $1. */
export const FIND_IDS: Readonly<Record<IdKind, string>> = {
  person_id: `
    SELECT given.place, known.ordinal FROM given
    JOIN person AS known ON known.project_id = $1 AND known.uuid = given.value::uuid`,
  distinct_id: `
    SELECT given.place, known.ordinal FROM given
    JOIN person_distinct_id AS known ON known.project_id = $1 AND known.distinct_id = given.value`,
  email: EMAILS,
};
