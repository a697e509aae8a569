import type { MetricDefinition } from '#observability';

/** What ingestion tells of itself; generates docs/reference/metrics.md. */
export const INGESTION_METRICS = {
  events: {
    name: 'muster_ingestion_events_total',
    kind: 'counter',
    help: 'Events by what became of them: counted, duplicate, refused, unknown_project.',
    labels: ['outcome'],
    alert: 'refused or unknown_project above 1 % for an hour.',
  },
  refused: {
    name: 'muster_ingestion_refused_total',
    kind: 'counter',
    help: 'Events that were dropped, by reason.',
    labels: ['reason'],
    alert: '',
  },
  merges: {
    name: 'muster_ingestion_merges_total',
    kind: 'counter',
    help: 'Wishes to merge persons, by what became of them.',
    labels: ['outcome'],
    alert: 'refused: identified above 10 % for an hour: somebody identifies with shared ids.',
  },
  deletions: {
    name: 'muster_ingestion_deletions_total',
    kind: 'counter',
    help: 'Persons deleted because the API was asked to.',
    labels: [],
    alert: '',
  },
  restarts: {
    name: 'muster_ingestion_restarts_total',
    kind: 'counter',
    help: 'Batches rolled back and run again because another transaction got in between, by reason.',
    labels: ['reason'],
    alert: 'Above 10 % of batches for 10 minutes.',
  },
  batchDuration: {
    name: 'muster_ingestion_batch_seconds',
    kind: 'histogram',
    help: 'One batch from its first statement to its commit, restarts included.',
    labels: [],
    alert: 'p99 above 5 s for 10 minutes.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  batchEvents: {
    name: 'muster_ingestion_batch_events',
    kind: 'histogram',
    help: 'Events in one batch that could be stored.',
    labels: [],
    alert: '',
    buckets: [1, 10, 100, 500, 1000, 2500, 5000, 10_000],
  },
  foldedRows: {
    name: 'muster_ingestion_folded_rows_total',
    kind: 'counter',
    help: 'Small bitmaps that the compactor folded into larger ones, by table.',
    labels: ['table'],
    alert: 'None for an hour while events are counted.',
  },
} as const satisfies Record<string, MetricDefinition>;
