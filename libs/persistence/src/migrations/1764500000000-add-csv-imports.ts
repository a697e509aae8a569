import type { MigrationInterface, QueryRunner } from 'typeorm';

import { CSV_IMPORTS } from './schema/csv-imports.js';

/** Uploaded files, their imports into static cohorts, and the report of each row that put nobody in. */
export class AddCsvImports1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CSV_IMPORTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE csv_late_id, csv_import_row, csv_import, upload_piece, upload;');
  }
}
