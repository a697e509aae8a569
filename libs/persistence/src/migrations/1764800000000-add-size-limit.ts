import type { MigrationInterface, QueryRunner } from 'typeorm';

import { SIZE_LIMIT } from './schema/size-limit.js';

/** How many persons a cohort that flags may use can hold. */
export class AddSizeLimit1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SIZE_LIMIT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE cohort DROP COLUMN limit_approached;');
  }
}
