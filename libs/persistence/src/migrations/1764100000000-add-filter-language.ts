import type { MigrationInterface, QueryRunner } from 'typeorm';

import { ACTIONS, JSON_TEXT } from './schema/filter-language.js';

/** What the whole filter language needs: JSON values as text, and actions. */
export class AddFilterLanguage1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(JSON_TEXT);
    await runner.query(ACTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE action; DROP FUNCTION json_text(jsonb); DROP FUNCTION compact_json(jsonb);');
  }
}
