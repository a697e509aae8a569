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
  gatherMs: setting.integer('INGESTION_GATHER_MS', {
    doc: 'How long events may wait on the broker for others to be stored with them, in milliseconds; 0: not at all, which is a little sooner and costs about twice the processor time.',
    default: 100,
    min: 0,
    max: 250,
  }),
  foldEveryMs: setting.integer('INGESTION_FOLD_EVERY_MS', {
    doc: 'Pause between two rounds of the compactor, in milliseconds.',
    default: 5_000,
    min: 100,
    max: 3_600_000,
  }),
});

export type IngestionConfig = Config<typeof ingestionConfig>;
