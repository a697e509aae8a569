import type { MigrationInterface, QueryRunner } from 'typeorm';

import { FLIPPED_MEMBERS } from './schema/flipped-members.js';

/** In whom the members of a chunk differ from its bitmap. */
export class AddFlippedMembers1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FLIPPED_MEMBERS);
  }

  /** Only while nobody is flipped: whose bitmap is out of date, PostgreSQL cannot say. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE cohort_chunk ADD CONSTRAINT nobody_is_flipped CHECK (flipped = '');
      ALTER TABLE cohort_chunk DROP COLUMN flipped,
        RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);
      ALTER TABLE deleted_member ADD CONSTRAINT nobody_is_flipped CHECK (flipped = '');
      ALTER TABLE deleted_member DROP COLUMN flipped;`);
  }
}
