import type { Transaction } from '#persistence';

import type { OracleEvent, OraclePerson, World } from '../oracle/index.js';

const PERSONS = `
  SELECT person.uuid, person.properties, to_char(person.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
    ARRAY(SELECT distinct_id FROM person_distinct_id AS id WHERE id.project_id = $1 AND id.ordinal = person.ordinal ORDER BY 1) AS "distinctIds"
  FROM person WHERE project_id = $1 AND merged_into IS NULL AND deleted_at IS NULL ORDER BY ordinal`;
const EVENTS = `
  SELECT distinct_id AS "distinctId", event, event.properties, to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "timestamp"
  FROM event JOIN person USING (project_id, ordinal) WHERE project_id = $1 AND deleted_at IS NULL`;

/** The facts as they are stored now: whatever order the services took the events in, membership must agree with these. */
export async function readWorld(
  transaction: Transaction,
  projectId: number,
  { timezone, actions }: Pick<World, 'timezone' | 'actions'>,
): Promise<World> {
  const persons = await transaction.query<OraclePerson>(PERSONS, [projectId]);
  const events = await transaction.query<OracleEvent>(EVENTS, [projectId]);
  return { timezone, actions, persons: persons.rows, events: events.rows, cohorts: new Map() };
}
