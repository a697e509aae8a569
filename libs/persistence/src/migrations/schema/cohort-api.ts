/** What the API of cohorts needs beside the cohorts: search, references, activity. */
export const COHORT_API = `
  CREATE EXTENSION IF NOT EXISTS pg_trgm;

  -- Ids of the cohorts that filters refer to; event filters and values hold no such objects.
  CREATE FUNCTION cohort_references(filters jsonb) RETURNS int[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT (id #>> '{}')::int), '{}')
    FROM jsonb_path_query(filters, 'strict $.** ? (@.type == "cohort").value', '{}', true) AS id
    WHERE jsonb_typeof(id) = 'number'
  $$;
  -- Generated, so that no writer of filters can forget it.
  ALTER TABLE cohort ADD COLUMN refers_to int[] NOT NULL GENERATED ALWAYS AS (cohort_references(filters)) STORED;
  CREATE INDEX cohort_refers_to ON cohort USING gin (refers_to) WHERE refers_to <> '{}';
  CREATE INDEX cohort_listed ON cohort (project_id, created_at DESC, id DESC) WHERE NOT deleted;

  -- Who did what to a cohort; written in the transaction of the change it tells.
  CREATE TABLE activity_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id int NOT NULL,
    cohort_id  int NOT NULL REFERENCES cohort(id),
    user_id    int REFERENCES app_user(id),
    activity   text NOT NULL,
    -- The cohort's name at that time.
    name       text NOT NULL,
    -- [{"type": "Cohort", "action": "changed", "field", "before", "after"}, ...]; null where the activity says it all.
    changes    jsonb,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE INDEX activity_log_of_project ON activity_log (project_id, id DESC);
  CREATE INDEX activity_log_of_cohort ON activity_log (project_id, cohort_id, id DESC);

  -- The list of a static cohort while it is deleted: its members have left, a restore brings them back.
  CREATE TABLE deleted_member (
    project_id int NOT NULL,
    cohort_id  int NOT NULL REFERENCES cohort(id),
    chunk      int NOT NULL,
    bitmap     bytea NOT NULL,
    PRIMARY KEY (project_id, cohort_id, chunk)
  );
  ALTER TABLE deleted_member ALTER COLUMN bitmap SET STORAGE EXTERNAL;
  CREATE INDEX calculation_of_cohort ON calculation (project_id, cohort_id, started_at DESC);
`;
