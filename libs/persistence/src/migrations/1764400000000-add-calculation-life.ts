import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CALCULATION_LIFE } from './schema/calculation-life.js';

/** Phases and deaths of calculations, and the indexes of the schedule and of the purge. */
export class AddCalculationLife1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CALCULATION_LIFE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX membership_delta_announced, cohort_calculating, cohort_due, calculation_open_of_cohort, calculation_open;
      ALTER TABLE calculation DROP COLUMN phase, DROP COLUMN progress, DROP COLUMN heartbeat_at, DROP COLUMN deaths,
        DROP COLUMN is_scheduled;
      CREATE INDEX calculation_open ON calculation (not_before) WHERE state IN ('wanted', 'running');
    `);
  }
}
