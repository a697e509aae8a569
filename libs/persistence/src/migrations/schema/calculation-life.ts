export const CALCULATION_LIFE = `
  ALTER TABLE calculation
    ADD COLUMN phase text NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'reading', 'evaluating', 'publishing')),
    ADD COLUMN progress int NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    ADD COLUMN heartbeat_at timestamptz,
    -- How often its owner fell silent in the middle of it: what kills its process again and again is given up.
    ADD COLUMN deaths int NOT NULL DEFAULT 0,
    -- Made by the schedule: waits behind what somebody asked for.
    ADD COLUMN is_scheduled boolean NOT NULL DEFAULT false;
  DROP INDEX calculation_open;
  CREATE INDEX calculation_open ON calculation (is_scheduled, not_before) WHERE state IN ('wanted', 'running');
  CREATE INDEX calculation_open_of_cohort ON calculation (project_id, cohort_id) WHERE state IN ('wanted', 'running');
  -- Whom the schedule looks after: dynamic cohorts, and static ones whose criteria could not be computed yet.
  CREATE INDEX cohort_due ON cohort (last_calculation)
    WHERE NOT deleted AND NOT is_calculating AND (NOT is_static OR (filters IS NOT NULL AND version IS NULL));
  -- Few rows: what waits for its calculation, or has lost it.
  CREATE INDEX cohort_calculating ON cohort (id) WHERE is_calculating;
  CREATE INDEX membership_delta_announced ON membership_delta (announced_at) WHERE announced_at IS NOT NULL;
`;
