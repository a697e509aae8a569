import type { MetricDefinition } from '#observability';

/** What the calculator tells of itself; generates docs/reference/metrics.md. */
export const CALCULATOR_METRICS = {
  runs: {
    name: 'muster_calculations_total',
    kind: 'counter',
    help: 'Runs of calculations by how they ended: published, superseded, postponed (tried again later), failed, lost (another replica took over), too large (beyond the size limit: frozen).',
    labels: ['result'],
    alert: 'failed at all: the cohort says why. postponed or lost above 5 % for 10 minutes.',
  },
  seconds: {
    name: 'muster_calculation_seconds',
    kind: 'histogram',
    help: 'From the snapshot of a calculation until its version was readable.',
    labels: [],
    alert: 'p99 above 60 s for 10 minutes.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1200],
  },
  scheduled: {
    name: 'muster_calculations_scheduled_total',
    kind: 'counter',
    help: 'Calculations asked for by the schedule.',
    labels: [],
    alert: 'None for twice CALCULATOR_MAX_AGE_MINUTES while there are dynamic cohorts.',
  },
  restarted: {
    name: 'muster_calculations_restarted_total',
    kind: 'counter',
    help: 'Cohorts that were found calculating without a run, and got one.',
    labels: [],
    alert: 'Any increase: a request for a calculation was lost.',
  },
  drift: {
    name: 'cohort_drift_persons_total',
    kind: 'counter',
    help: 'Persons by whom a calculation differed from a membership that was kept live by the same definition; changes still on their way left aside.',
    labels: [],
    alert: 'Any increase: live membership was wrong. The log names the cohort and some of the persons.',
  },
} as const satisfies Record<string, MetricDefinition>;
