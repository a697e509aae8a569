import { commonSettings, type Config, defineConfig, setting } from '#config';

export const ingestionConfig = defineConfig({
  ...commonSettings,
  port: setting.integer('PORT', {
    doc: 'Port of the probes and metrics; 0 = any free port.',
    default: 8001,
    min: 0,
    max: 65_535,
  }),
  lanes: setting.integer('INGESTION_LANES', {
    doc: 'Batches this process stores at once. Each holds a connection and may want a second for ordinals: at most DATABASE_POOL_SIZE - 3, the relay and the compactor need some too.',
    default: 2,
    min: 1,
    max: 50,
  }),
  restMs: setting.integer('INGESTION_REST_MS', {
    doc: 'Longest rest after a batch, in milliseconds: it lasts twice as long as the batch took, and events gather on the broker meanwhile and share the price of the next. An event out of the blue does not wait; behind there is no rest. 0: none, which costs more processor time.',
    default: 200,
    min: 0,
    max: 1_000,
  }),
  foldEveryMs: setting.integer('INGESTION_FOLD_EVERY_MS', {
    doc: 'Pause between two rounds of the compactor, in milliseconds.',
    default: 5_000,
    min: 100,
    max: 3_600_000,
  }),
});

export type IngestionConfig = Config<typeof ingestionConfig>;
