import { type CohortMembershipChanged, TOPICS } from '#contracts';
import type { ReceivedMessage } from '#messaging';
import { readTopic, type TestStack } from '#testing';

/** Reads `cohort.membership.changed` from its beginning until the last revision of every stored chunk has been read, whole. */
export async function readAllChanges({
  database,
  connection,
}: Pick<TestStack, 'database' | 'connection'>): Promise<ReceivedMessage<CohortMembershipChanged>[]> {
  const { rows } = await database.pool.query<{ key: string; revision: string }>(
    `SELECT cohort_id || ':' || chunk AS key, revision FROM cohort_chunk WHERE revision > 0`,
  );
  const missing = new Map(rows.map(({ key, revision }) => [key, Number(revision)]));
  let read = 0;
  return readTopic<CohortMembershipChanged>({ connection }, TOPICS.cohortMembershipChanged, (messages) => {
    messages.slice(read).forEach(({ value }) => {
      const key = `${value.cohort_id}:${value.chunk}`;
      if (value.revision === missing.get(key) && value.part === value.parts) {
        missing.delete(key);
      }
    });
    read = messages.length;
    return missing.size === 0;
  });
}
