import { commonSettings, type Config, defineConfig, setting } from '#config';

export const calculatorConfig = defineConfig({
  ...commonSettings,
  port: setting.integer('PORT', {
    doc: 'Port of the probes and metrics; 0 = any free port.',
    default: 8002,
    min: 0,
    max: 65_535,
  }),
  workers: setting.integer('CALCULATOR_WORKERS', {
    doc: 'Calculations this process runs at once, one statement each; below DATABASE_POOL_SIZE.',
    default: 2,
    min: 1,
    max: 50,
  }),
  leaseMs: setting.integer('CALCULATOR_LEASE_MS', {
    doc: 'How long a run belongs to a replica that has gone silent, in milliseconds.',
    default: 15_000,
    min: 500,
    max: 600_000,
  }),
  statementTimeoutMs: setting.integer('CALCULATOR_STATEMENT_TIMEOUT_MS', {
    doc: 'Longest single statement of a calculation, in milliseconds; PostHog ends a calculation after 20 minutes.',
    default: 300_000,
    min: 1_000,
    max: 3_600_000,
  }),
  maxAttempts: setting.integer('CALCULATOR_MAX_ATTEMPTS', {
    doc: 'Attempts of one run before it counts as failed and the cohort tells why.',
    default: 5,
    min: 1,
    max: 100,
  }),
  backoffMs: setting.integer('CALCULATOR_BACKOFF_MS', {
    doc: 'Pause after the first failed attempt, in milliseconds; doubles with each one.',
    default: 1_000,
    min: 1,
    max: 3_600_000,
  }),
  batchSize: setting.integer('CALCULATOR_BATCH_SIZE', {
    doc: 'Cohorts of one project that are computed together, in one snapshot and equal conditions once.',
    default: 20,
    min: 1,
    max: 200,
  }),
  maxAgeMinutes: setting.integer('CALCULATOR_MAX_AGE_MINUTES', {
    doc: 'A dynamic cohort is calculated again when its last calculation is older.',
    default: 15,
    min: 1,
    max: 100_000,
  }),
  scheduleEveryMs: setting.integer('CALCULATOR_SCHEDULE_EVERY_MS', {
    doc: 'How often cohorts that are due are looked for, in milliseconds; 0 = never, cohorts are then calculated only when they are edited.',
    default: 10_000,
    min: 0,
    max: 3_600_000,
  }),
  driftGraceMs: setting.integer('DRIFT_GRACE_MS', {
    doc: 'A difference between a calculation and live membership is no drift while the change of the person is younger than this, in milliseconds.',
    default: 60_000,
    min: 0,
    max: 3_600_000,
  }),
  maxPersons: setting.integer('REALTIME_COHORT_MAX_PERSONS', {
    doc: 'Persons that a cohort which feature flags may use can hold; one that would hold more is frozen until it fits. The same for realtime and calculator.',
    default: 20_000_000,
    min: 1,
    max: 2_000_000_000,
  }),
});

export type CalculatorConfig = Config<typeof calculatorConfig>;
