/**
 * A live cohort changes a few members of nearly every chunk with nearly every batch: a bitmap of 8 KB was written for five persons
 * (docs/decisions/0009). A bitmap of more than 2 KB lies out of line; it stays untouched there, and the row says
 * in whom the members differ from it.
 */
export const FLIPPED_MEMBERS = `
  ALTER TABLE cohort_chunk ADD COLUMN flipped bytea NOT NULL DEFAULT '';
  ALTER TABLE cohort_chunk ALTER COLUMN flipped SET STORAGE PLAIN;
  -- Every batch updates nearly every row of the live cohorts: with room in the page none of their index entries is written.
  ALTER TABLE cohort_chunk SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
  ALTER TABLE deleted_member ADD COLUMN flipped bytea NOT NULL DEFAULT '';
`;
