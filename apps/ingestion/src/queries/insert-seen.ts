import type { Transaction } from '#persistence';

interface EventKey {
  readonly projectId: number;
  readonly uuid: string;
}

/** The identity by which an event counts once. */
export function seenKey(event: EventKey): string {
  return `${event.projectId}:${event.uuid}`;
}

// Sorted, so that two batches with the same events wait for each other instead of deadlocking.
const SQL = `
  INSERT INTO event_seen (project_id, uuid)
  SELECT q.project_id, q.uuid FROM unnest($1::int[], $2::uuid[]) q(project_id, uuid)
  ORDER BY q.project_id, q.uuid
  ON CONFLICT DO NOTHING
  RETURNING project_id, uuid`;

/**
 * Marks events as counted; part of the transaction that counts them, so a redelivered one is recognised.
 * @param events no two with the same key
 * @returns the `seenKey`s of those that nobody counted before
 */
export async function insertSeen(transaction: Transaction, events: readonly EventKey[]): Promise<ReadonlySet<string>> {
  const result = await transaction.query<[number, string]>({
    text: SQL,
    values: [events.map((event) => event.projectId), events.map((event) => event.uuid)],
    rowMode: 'array',
  });
  return new Set(result.rows.map(([projectId, uuid]) => seenKey({ projectId, uuid })));
}
