import { Metrics } from '#observability';
import type { Database } from '#persistence';

import { Compactor } from '../fold-activity/compactor.js';
import { FoldQueue } from '../fold-activity/fold-queue.js';
import { createIngestEventsHandler } from '../ingest-events/create-handler.js';

/** One replica without its Kafka: what the app wires, on a test's database. */
export function openIngester(database: Database) {
  const folds = new FoldQueue();
  const metrics = new Metrics();
  let wakes = 0;
  const wakeRelay = () => {
    wakes += 1;
  };
  const handler = createIngestEventsHandler({ database, folds, metrics, wakeRelay });
  return { handler, compactor: new Compactor(database, folds, metrics), metrics, wakes: () => wakes };
}
