import type { MigrationInterface, QueryRunner } from 'typeorm';

import { FEATURE_FLAGS } from './schema/feature-flags.js';

/** Feature flags, which name cohorts. */
export class AddFeatureFlags1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FEATURE_FLAGS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE feature_flag;');
  }
}
