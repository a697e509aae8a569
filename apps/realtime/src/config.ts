import { commonSettings, type Config, defineConfig, setting } from '#config';

export const realtimeConfig = defineConfig({
  ...commonSettings,
  databasePoolSize: setting.integer('DATABASE_POOL_SIZE', {
    doc: 'Connections this process may hold at once; realtime: two for a batch, two for the passing of time, one for the locks of the projects it sweeps.',
    default: 5,
    min: 5,
    max: 100,
  }),
  port: setting.integer('PORT', {
    doc: 'Port of the probes and metrics; 0 = any free port.',
    default: 8004,
    min: 0,
    max: 65_535,
  }),
  restMs: setting.integer('REALTIME_REST_MS', {
    doc: 'Longest rest after a batch of changes, in milliseconds; it lasts half as long as the batch took: a batch changes nearly every chunk of nearly every live cohort, whether it tells of a hundred persons or a thousand. A change out of the blue does not wait; behind there is no rest.',
    default: 200,
    min: 0,
    max: 1_000,
  }),
  membershipCacheMb: setting.integer('MEMBERSHIP_CACHE_MB', {
    doc: 'Memory for the members of live cohorts that this process read or wrote last, in MB; what does not fit is read again each time.',
    default: 64,
    min: 0,
    max: 3_000,
  }),
  flipFromMembers: setting.integer('REALTIME_FLIP_FROM_MEMBERS', {
    doc: 'From how many members on a chunk keeps its stored bitmap when few of them change, and its row says who is flipped; the bitmap of fewer lies in the row itself, and is written with it anyway.',
    default: 1_000,
    min: 0,
    max: 65_536,
  }),
  statementTimeoutMs: setting.integer('REALTIME_STATEMENT_TIMEOUT_MS', {
    doc: 'Longest single statement of a live evaluation, in milliseconds; a cohort that needs longer is not kept live before its next calculation.',
    default: 10_000,
    min: 100,
    max: 600_000,
  }),
  sweepIntervalMs: setting.integer('SWEEP_INTERVAL_MS', {
    doc: 'How often the passing of time is brought into live cohorts, in milliseconds.',
    default: 2_000,
    min: 20,
    max: 60_000,
  }),
  maxPersons: setting.integer('REALTIME_COHORT_MAX_PERSONS', {
    doc: 'Persons that a cohort which feature flags may use can hold; one that would hold more is frozen until it fits. The same for realtime and calculator.',
    default: 20_000_000,
    min: 1,
    max: 2_000_000_000,
  }),
});

export type RealtimeConfig = Config<typeof realtimeConfig>;
