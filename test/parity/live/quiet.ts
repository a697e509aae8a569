import { TOPICS } from '#contracts';
import type { KafkaConnection } from '#messaging';
import type { Database } from '#persistence';
import { eventually, SERVICE_NAMES } from '#testing';

/** While there is no realtime service, members are calculated before each comparison, and nobody is in the static cohort. */
export const IS_LIVE = (SERVICE_NAMES as readonly string[]).includes('realtime');

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
/** Live cohorts whose time has not been swept up to then: the clock of the project is ahead of the database's by its offset. */
const UNSWEPT = `
  SELECT count(*)::int AS count FROM cohort JOIN project ON project.id = cohort.project_id
  LEFT JOIN cohort_sweep AS sweep ON sweep.project_id = cohort.project_id AND sweep.cohort_id = cohort.id
  WHERE NOT deleted AND NOT is_static AND version IS NOT NULL AND live_filters IS NOT NULL AND live_error IS NULL AND NOT limit_exceeded
    AND (sweep.swept_to IS NULL OR sweep.swept_to < $1::timestamptz + project.clock_offset)`;

/**
 * Waits until nothing is under way in any service, told from what is stored and committed, never from time passing.
 * @returns an instant of the database's clock after which nothing has changed any fact
 */
export async function quiet(database: Database, connection: KafkaConnection): Promise<Date> {
  const admin = connection.kafka.admin();
  await admin.connect();
  try {
    const none = async (name: string, sql: string, values: unknown[] = []) => {
      const { rows } = await database.pool.query<{ count: number }>(sql, values);
      expect({ [name]: rows[0]?.count }).toEqual({ [name]: 0 });
    };
    const since = await eventually(
      async () => {
        for (const [group, topics] of READERS.filter(([group]) => IS_LIVE || group !== 'realtime')) {
          expect({ group, lag: await lagOf(admin, connection, group, topics) }).toEqual({ group, lag: 0 });
          await none('unpublished messages', UNPUBLISHED);
        }
        await none('open calculations', OPEN_CALCULATIONS);
        const { rows } = await database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
        return rows[0]!.now;
      },
      { withinMs: WITHIN_MS },
    );
    if (IS_LIVE) {
      await eventually(() => none('live cohorts not swept yet', UNSWEPT, [since]), { withinMs: WITHIN_MS });
    }
    await eventually(() => none('changes not told', UNTOLD), { withinMs: WITHIN_MS });
    return since;
  } finally {
    await admin.disconnect();
  }
}

type Admin = ReturnType<KafkaConnection['kafka']['admin']>;

async function lagOf(
  admin: Admin,
  connection: KafkaConnection,
  group: string,
  names: readonly string[],
): Promise<number> {
  const topics = names.map((name) => connection.physical(name));
  const committed = await admin.fetchOffsets({ groupId: connection.physical(group), topics });
  const lags = committed.map(async ({ topic, partitions }) => {
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
    );
    return partitions.reduce(
      (sum, { partition, offset }) => sum + (ends.get(partition) ?? 0) - Math.max(0, Number(offset)),
      0,
    );
  });
  return (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
}
