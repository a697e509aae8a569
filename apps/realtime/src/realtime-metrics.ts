import type { MetricDefinition } from '#observability';

/** What realtime tells of itself; generates docs/reference/metrics.md. */
export const REALTIME_METRICS = {
  freshness: {
    name: 'realtime_freshness_seconds',
    kind: 'histogram',
    help: 'From the moment ingestion told of a change of persons until the membership that follows was readable.',
    labels: [],
    alert: 'p99 above 1 s for 5 minutes.',
    buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
  },
  seconds: {
    name: 'muster_realtime_refresh_seconds',
    kind: 'histogram',
    help: 'One transaction that brings live cohorts of a project up to date, waiting for locks included.',
    labels: ['reason'],
    alert: 'p99 above 5 s for 10 minutes.',
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
  },
  persons: {
    name: 'muster_realtime_persons_total',
    kind: 'counter',
    help: 'Persons told of as changed.',
    labels: [],
    alert: 'None for 10 minutes while ingestion counts events.',
  },
  cohorts: {
    name: 'muster_realtime_cohorts_total',
    kind: 'counter',
    help: 'Cohorts evaluated, each transaction counted anew.',
    labels: ['reason'],
    alert: '',
  },
  moves: {
    name: 'muster_realtime_moves_total',
    kind: 'counter',
    help: 'Persons who entered or left a live cohort.',
    labels: ['direction'],
    alert: '',
  },
  failures: {
    name: 'muster_realtime_failed_cohorts_total',
    kind: 'counter',
    help: 'Cohorts whose live evaluation failed; each waits for a calculation and says why.',
    labels: [],
    alert: 'Any increase: the cohort says why.',
  },
  sweepLag: {
    name: 'realtime_sweep_lag_seconds',
    kind: 'gauge',
    help: 'How far the passing of time, in the project that is furthest behind, is from being in the members of its live cohorts.',
    labels: [],
    alert: 'Above 60 for 5 minutes.',
  },
  sweepTurns: {
    name: 'muster_realtime_sweep_turns_total',
    kind: 'counter',
    help: 'How often the sweeper has looked after every project that is its own.',
    labels: [],
    alert: 'No increase for 5 minutes.',
  },
} as const satisfies Record<string, MetricDefinition>;
