import { TOPICS } from '#contracts';
import { consumerLag, eventually, type TestStack } from '#testing';

import { timeIsSwept } from './time-is-swept.js';

const WITHIN_MS = 120_000;

/** What each group reads, in the order in which news runs through the services. */
const READERS: readonly (readonly [group: string, topics: readonly string[]])[] = [
  ['ingestion', [TOPICS.events.name]],
  ['realtime', [TOPICS.personChanged.name]],
  ['calculator', [TOPICS.cohortCreated.name, TOPICS.cohortUpdated.name]],
];
const UNPUBLISHED = `SELECT count(*)::int AS count FROM outbox WHERE published_at IS NULL`;
const OPEN_CALCULATIONS = `SELECT count(*)::int AS count FROM calculation WHERE state IN ('wanted', 'running')`;
const UNTOLD = `SELECT count(*)::int AS count FROM membership_delta WHERE announced_at IS NULL`;

export interface QuietRig {
  readonly stack: Pick<TestStack, 'database' | 'connection'>;
  /** Of the replicas that are running now. */
  readonly realtimeUrls: () => readonly string[];
}

/**
 * Waits until nothing is under way in any service, told from what is stored and committed, never from time passing.
 * @returns an instant of the database's clock after which nothing has changed any fact
 */
export async function quiet({ stack: { database, connection }, realtimeUrls }: QuietRig): Promise<Date> {
  const none = async (name: string, sql: string) => {
    const { rows } = await database.pool.query<{ count: number }>(sql);
    expect({ [name]: rows[0]?.count }).toEqual({ [name]: 0 });
  };
  const since = await eventually(
    async () => {
      for (const [group, topics] of READERS) {
        expect({ group, lag: await consumerLag(connection, group, topics) }).toEqual({ group, lag: 0 });
        await none('unpublished messages', UNPUBLISHED);
      }
      await none('open calculations', OPEN_CALCULATIONS);
      const { rows } = await database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      return rows[0]!.now;
    },
    { withinMs: WITHIN_MS },
  );
  await timeIsSwept(realtimeUrls);
  await eventually(() => none('changes not told', UNTOLD), { withinMs: WITHIN_MS });
  return since;
}
