import type { Pool } from 'pg';

const KEEP_DAYS = 30;

/** The account of an import stays for ever; its rows one by one for thirty days. */
const PURGE = `
  DELETE FROM csv_import_row WHERE import_id IN (
    SELECT id FROM csv_import WHERE finished_at < clock_timestamp() - $1 * interval '1 day')`;

export async function purgeReports(pool: Pool): Promise<void> {
  await pool.query(PURGE, [KEEP_DAYS]);
}
