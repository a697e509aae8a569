import { cohortKey, TOPICS } from '#contracts';
import { type LimitNews, readClock, type Transaction } from '#persistence';

import { appendToOutbox } from '../append-messages/append-to-outbox.js';

/** Tells, in the transaction that makes it true, that a cohort comes near its size limit or would be beyond it. The caller holds its row. */
export async function announceLimit(transaction: Transaction, news: LimitNews): Promise<void> {
  const { projectId, cohortId, count, limit } = news;
  const at = await readClock(transaction, projectId);
  await appendToOutbox(transaction, [
    {
      topic: news.kind === 'exceeded' ? TOPICS.cohortLimitExceeded : TOPICS.cohortLimitApproaching,
      key: cohortKey(projectId, cohortId),
      projectId,
      message: {
        schema_version: 1,
        project_id: projectId,
        cohort_id: cohortId,
        count,
        limit,
        at: at.toISOString(),
      },
    },
  ]);
}
