/** What keeps cohorts true between two calculations. */
export const LIVE_COHORTS = `
  ALTER TABLE cohort
    -- What the version was calculated from, and is kept live by until the next one takes its place.
    ADD COLUMN live_filters jsonb,
    -- Why its live evaluation failed: it is not kept live before the next calculation.
    ADD COLUMN live_error text,
    ADD COLUMN live_failed_at timestamptz,
    DROP COLUMN swept_to;
  -- Up to where the passing of time is in the membership. A row of its own: who holds the cohort FOR SHARE cannot update that.
  CREATE TABLE cohort_sweep (
    project_id int NOT NULL,
    cohort_id  int NOT NULL REFERENCES cohort(id),
    swept_to   timestamptz NOT NULL,
    PRIMARY KEY (project_id, cohort_id)
  ) WITH (fillfactor = 70);

  -- Counts the commits that changed members in a block of persons: readers who keep chunks in memory ask for this one number.
  CREATE TABLE membership_epoch (
    project_id int NOT NULL,
    block      int NOT NULL,
    epoch      bigint NOT NULL,
    PRIMARY KEY (project_id, block)
  ) WITH (fillfactor = 50);
  -- The epoch of the block that wrote the chunk last.
  ALTER TABLE cohort_chunk ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
  CREATE INDEX cohort_chunk_of_block ON cohort_chunk (project_id, chunk);
`;
