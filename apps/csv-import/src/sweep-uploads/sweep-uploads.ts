import type { Pool } from 'pg';

/** Adopting locks the row and looks at its mark, so that an upload is either adopted or swept. */
const SWEEP = `
  DELETE FROM upload WHERE id IN (
    SELECT id FROM upload WHERE NOT is_adopted AND touched_at < clock_timestamp() - $1 * interval '1 millisecond'
    FOR UPDATE SKIP LOCKED)`;

/** Lets go of uploads whose gateway gave no sign of life for so long. @returns how many */
export async function sweepUploads(pool: Pool, abandonedMs: number): Promise<number> {
  return (await pool.query(SWEEP, [abandonedMs])).rowCount ?? 0;
}
