import { commonSettings, type Config, defineConfig, setting } from '#config';

/** Two signs of life of a running upload (`upload-store.ts` of the gateway): one may come late. */
const SHORTEST_SILENCE_MS = 20_000;

export const csvImportConfig = defineConfig({
  ...commonSettings,
  port: setting.integer('PORT', {
    doc: 'Port of the probes and metrics; 0 = any free port.',
    default: 8003,
    min: 0,
    max: 65_535,
  }),
  workers: setting.integer('CSV_IMPORT_WORKERS', {
    doc: 'Files this process imports at once, each of another cohort; each holds one connection, so keep it below DATABASE_POOL_SIZE.',
    default: 2,
    min: 1,
    max: 50,
  }),
  batchRows: setting.integer('CSV_IMPORT_BATCH_ROWS', {
    doc: 'Rows that are resolved and committed together: more mean fewer passes over the table of persons, and more to do again after a kill.',
    default: 250_000,
    min: 1,
    max: 1_000_000,
  }),
  leaseMs: setting.integer('CSV_IMPORT_LEASE_MS', {
    doc: 'How long an import belongs to a replica that has gone silent, in milliseconds.',
    default: 15_000,
    min: 500,
    max: 600_000,
  }),
  maxAttempts: setting.integer('CSV_IMPORT_MAX_ATTEMPTS', {
    doc: 'Attempts of one import before it counts as failed and the cohort tells why.',
    default: 7,
    min: 1,
    max: 100,
  }),
  backoffMs: setting.integer('CSV_IMPORT_BACKOFF_MS', {
    doc: 'Pause after the first failed attempt, in milliseconds; doubles with each one.',
    default: 1_000,
    min: 1,
    max: 3_600_000,
  }),
  uploadAbandonedMs: setting.integer('CSV_UPLOAD_ABANDONED_MS', {
    doc: 'How long an upload may give no sign of life before its pieces are swept, in milliseconds; a running one gives one every ten seconds.',
    default: 30_000,
    min: SHORTEST_SILENCE_MS,
    max: 3_600_000,
  }),
});

export type CsvImportConfig = Config<typeof csvImportConfig>;
