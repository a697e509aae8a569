import type { MigrationInterface, QueryRunner } from 'typeorm';

import { COHORT_API } from './schema/cohort-api.js';

/** Search, references between cohorts, activity, and the lists of deleted static cohorts. */
export class AddCohortApi1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COHORT_API);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX calculation_of_cohort;
      DROP TABLE deleted_member, activity_log;
      DROP INDEX cohort_listed;
      ALTER TABLE cohort DROP COLUMN refers_to;
      DROP FUNCTION cohort_references(jsonb);
      DROP EXTENSION pg_trgm;
    `);
  }
}
