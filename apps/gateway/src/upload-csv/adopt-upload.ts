import { cohortKey, TOPICS } from '#contracts';
import type { CsvLayout } from '#csv';
import { appendToOutbox } from '#outbox';
import type { Transaction } from '#persistence';

import type { Access } from '../authenticate/access.js';
import { invalid, unavailable } from '../http/api-error.js';
import type { CohortRow } from '../present-cohort/cohort-row.js';
import type { ImportOptions } from './read-fields.js';

/** A file that is stored whole and was found readable. */
export interface StoredCsv extends ImportOptions {
  readonly uploadId: string;
  readonly fileName: string;
  readonly layout: CsvLayout;
  readonly pieces: number;
  readonly totalBytes: number;
}

const MAX_FILE_NAME = 400;

const ADOPT = 'UPDATE upload SET is_adopted = true WHERE id = $1 AND NOT is_adopted';
const INSERT = `
  INSERT INTO csv_import (project_id, cohort_id, upload_id, mode, keep_unmatched, file_name, layout, total_bytes, pieces, created_by_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id, created_at`;
const MARK = 'UPDATE cohort SET is_calculating = true WHERE project_id = $1 AND id = $2';

/**
 * Makes a stored file the import of a cohort, in the transaction that creates or edits it: file, import, cohort and message are
 * there together or not at all. The caller holds the cohort row, which orders its imports and messages.
 * @throws ApiError 400 for a cohort that takes no file, 503 when the sweep was faster
 */
export async function adoptUpload(
  transaction: Transaction,
  access: Access,
  cohort: CohortRow,
  file: StoredCsv,
): Promise<CohortRow> {
  refuseOtherCohorts({ isStatic: cohort.is_static, deleted: cohort.deleted });
  const adopted = await transaction.query(ADOPT, [file.uploadId]);
  if (adopted.rowCount !== 1) {
    throw unavailable('The upload was lost. Please try again.');
  }
  const { rows } = await transaction.query<{ id: string; created_at: Date }>(INSERT, [
    cohort.project_id,
    cohort.id,
    file.uploadId,
    file.mode,
    file.keepUnmatched,
    file.fileName.toWellFormed().replaceAll('\0', '').slice(0, MAX_FILE_NAME),
    JSON.stringify(file.layout),
    file.totalBytes,
    file.pieces,
    access.user.id,
  ]);
  await transaction.query(MARK, [cohort.project_id, cohort.id]);
  const created = rows[0];
  if (created === undefined) {
    throw new Error('INSERT INTO csv_import returned no row');
  }
  await announce(transaction, access, cohort, { ...file, importId: created.id, uploadedAt: created.created_at });
  return { ...cohort, is_calculating: true };
}

/** @throws ApiError 400 */
export function refuseOtherCohorts({ isStatic, deleted }: { isStatic: boolean; deleted: boolean }): void {
  if (!isStatic) {
    throw invalid('csv', 'A CSV file can only be imported into a static cohort. Set is_static to true.');
  }
  if (deleted) {
    throw invalid('csv', 'A CSV file cannot be imported into a deleted cohort.');
  }
}

async function announce(
  transaction: Transaction,
  access: Access,
  cohort: CohortRow,
  file: StoredCsv & { importId: string; uploadedAt: Date },
): Promise<void> {
  await appendToOutbox(transaction, [
    {
      topic: TOPICS.cohortCsvUploaded,
      key: cohortKey(cohort.project_id, cohort.id),
      projectId: cohort.project_id,
      message: {
        schema_version: TOPICS.cohortCsvUploaded.schemaVersion,
        project_id: cohort.project_id,
        cohort_id: cohort.id,
        import_id: file.importId,
        mode: file.mode,
        keep_unmatched: file.keepUnmatched,
        total_bytes: file.totalBytes,
        uploaded_at: file.uploadedAt.toISOString(),
        by_id: access.user.id,
      },
    },
  ]);
}
