import type { Metrics } from '#observability';
import type { Database } from '#persistence';

import type { FoldQueue } from '../fold-activity/fold-queue.js';
import { INGESTION_METRICS } from '../ingestion-metrics.js';
import { EventStore } from './event-store.js';
import { IngestEventsHandler } from './ingest-events.handler.js';
import { ProjectDirectory } from './project-directory.js';

export interface HandlerOptions {
  readonly database: Database;
  readonly folds: FoldQueue;
  readonly metrics: Metrics;
  readonly wakeRelay: () => void;
}

/** The handler with all it needs; the app, the tests and the benchmark build it here. */
export function createIngestEventsHandler(options: HandlerOptions): IngestEventsHandler {
  const { database, folds, metrics, wakeRelay } = options;
  const projects = new ProjectDirectory(database);
  const restarts = metrics.counter(INGESTION_METRICS.restarts);
  const store = new EventStore({
    database,
    projects,
    onRestart: (reason) => {
      restarts.inc({ reason });
    },
  });
  return new IngestEventsHandler({ store, projects, folds, metrics, wakeRelay });
}
