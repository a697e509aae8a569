import type { MetricDefinition } from '#observability';

/** What csv-import tells of itself; generates docs/reference/metrics.md. */
export const CSV_IMPORT_METRICS = {
  imports: {
    name: 'muster_csv_imports_total',
    kind: 'counter',
    help: 'Attempts of imports by how they ended: done, postponed, failed, lost.',
    labels: ['result'],
    alert: 'Any failed; postponed above 10 % for an hour.',
  },
  rows: {
    name: 'muster_csv_rows_total',
    kind: 'counter',
    help: 'Committed rows by what became of them: matched, unmatched, duplicate, invalid.',
    labels: ['status'],
    alert: '',
  },
  late: {
    name: 'muster_csv_late_joins_total',
    kind: 'counter',
    help: 'Ids of nobody that were kept, and joined when their person appeared.',
    labels: [],
    alert: '',
  },
  sweptUploads: {
    name: 'muster_csv_swept_uploads_total',
    kind: 'counter',
    help: 'Uploads that were cut and left to the sweep.',
    labels: [],
    alert: 'Above 10 an hour: gateways die, or clients give up.',
  },
} as const satisfies Record<string, MetricDefinition>;
