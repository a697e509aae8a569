import type { IdKind } from '#csv';

/** Email addresses are compared in this form where they are not equal as they stand. */
export function folded(expression: string): string {
  return `lower(btrim(${expression}))`;
}

/** Of one email, those who have it exactly; when there are none, those who have it in another case. */
const EMAILS = `
  SELECT place, ordinal FROM (
    WITH exact AS MATERIALIZED (
      SELECT given.place, given.value, known.ordinal FROM given LEFT JOIN csv_email AS known ON known.email = given.value
    )
    SELECT place, ordinal FROM exact WHERE ordinal IS NOT NULL
    UNION ALL
    SELECT exact.place, known.ordinal FROM exact
    LEFT JOIN csv_email AS known ON coalesce(known.folded, known.email) = ${folded('exact.value')}
    WHERE exact.ordinal IS NULL
  ) AS found WHERE $1::int IS NOT NULL`;

/** SELECTs of (place, ordinal) of the ids that `given (value, place)` names in project $1; the ordinal of nobody is null. */
export const FIND_IDS: Readonly<Record<IdKind, string>> = {
  person_id: `
    SELECT given.place, known.ordinal FROM given
    LEFT JOIN person AS known ON known.project_id = $1 AND known.uuid = given.value::uuid`,
  distinct_id: `
    SELECT given.place, known.ordinal FROM given
    LEFT JOIN person_distinct_id AS known ON known.project_id = $1 AND known.distinct_id = given.value`,
  email: EMAILS,
};
