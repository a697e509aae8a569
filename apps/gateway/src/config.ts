import { commonSettings, type Config, defineConfig, setting } from '#config';

/** Everything the gateway may be told by its environment. */
export const gatewayConfig = defineConfig({
  ...commonSettings,
  port: setting.integer('PORT', {
    doc: 'Port of the HTTP API; 0 takes any free one.',
    default: 8000,
    min: 0,
    max: 65_535,
  }),
  questionTimeoutMs: setting.integer('GATEWAY_QUESTION_TIMEOUT_MS', {
    doc: 'Longest time a preview or an explanation may take, in milliseconds; people wait for it, and it holds a connection.',
    default: 5_000,
    min: 10,
    max: 600_000,
  }),
  membershipCacheMb: setting.integer('MEMBERSHIP_CACHE_MB', {
    doc: 'Memory for the members of cohorts that lookups and flags ask for, in MB.',
    default: 256,
    min: 1,
    max: 3_000,
  }),
  csvMaxBytes: setting.integer('CSV_MAX_BYTES', {
    doc: 'Largest CSV file that may be uploaded, in bytes.',
    default: 512 * 1024 * 1024,
    min: 1,
  }),
  csvMaxRows: setting.integer('CSV_MAX_ROWS', {
    doc: 'Most rows a CSV file may have; the importer keeps 13 bytes of each to know repeated ids.',
    default: 10_000_000,
    min: 1,
    max: 100_000_000,
  }),
  csvStallMs: setting.integer('CSV_UPLOAD_STALL_MS', {
    doc: 'An upload that brings less than 1 kB in this time is ended, in milliseconds.',
    default: 30_000,
    min: 100,
    max: 3_600_000,
  }),
});

export type GatewayConfig = Config<typeof gatewayConfig>;
