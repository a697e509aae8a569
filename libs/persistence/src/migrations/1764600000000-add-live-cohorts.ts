import type { MigrationInterface, QueryRunner } from 'typeorm';

import { LIVE_COHORTS } from './schema/live-cohorts.js';

/** Membership that is kept true between calculations, and what its readers ask for. */
export class AddLiveCohorts1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LIVE_COHORTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX cohort_chunk_of_block;
      ALTER TABLE cohort_chunk DROP COLUMN epoch;
      DROP TABLE membership_epoch, cohort_sweep;
      ALTER TABLE cohort DROP COLUMN live_filters, DROP COLUMN live_error, DROP COLUMN live_failed_at, ADD COLUMN swept_to timestamptz;`);
  }
}
