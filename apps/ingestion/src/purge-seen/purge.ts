import type { Database } from '#persistence';

/** Rows a statement deletes, so that no transaction is long. */
const BATCH = 5_000;
/** One round's share: 1 M rows. */
const MAX_BATCHES = 200;

/** For 30 days an event counts once (docs/invariants.md); Kafka keeps its copies 7. */
const EVENT_SEEN = `
  DELETE FROM event_seen
  WHERE ctid = ANY (ARRAY(SELECT ctid FROM event_seen WHERE seen_on < current_date - 30 LIMIT ${BATCH}))`;
/** No calculation's snapshot is older than a day. */
const PERSON_CHANGE = `
  DELETE FROM person_change
  WHERE id IN (SELECT id FROM person_change ORDER BY id LIMIT ${BATCH}) AND at < now() - interval '1 day'`;

/** Deletes what nobody will ask for again. @returns rows deleted, by table */
export async function purge(
  database: Database,
): Promise<{ readonly eventSeen: number; readonly personChange: number }> {
  return {
    eventSeen: await repeatedly(database, EVENT_SEEN),
    personChange: await repeatedly(database, PERSON_CHANGE),
  };
}

async function repeatedly(database: Database, statement: string): Promise<number> {
  let total = 0;
  for (let round = 0; round < MAX_BATCHES; round += 1) {
    const deleted = (await database.pool.query(statement)).rowCount ?? 0;
    total += deleted;
    if (deleted < BATCH) {
      break;
    }
  }
  return total;
}
