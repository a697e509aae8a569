export const CSV_IMPORTS = `
  -- A file on its way in. Nobody refers to it before an import adopts it; one that is neither touched nor adopted is swept.
  CREATE TABLE upload (
    id         uuid PRIMARY KEY,
    project_id int NOT NULL REFERENCES project(id),
    touched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_adopted boolean NOT NULL DEFAULT false
  );
  CREATE INDEX upload_open ON upload (touched_at) WHERE NOT is_adopted;
  -- The file as UTF-8, in pieces small enough for short transactions and flat memory.
  CREATE TABLE upload_piece (
    upload_id uuid NOT NULL REFERENCES upload(id) ON DELETE CASCADE,
    number    int NOT NULL,
    bytes     bytea NOT NULL,
    PRIMARY KEY (upload_id, number)
  );
  ALTER TABLE upload_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;

  -- A leased piece of work that reads one file into one static cohort. Its row stays as the report.
  CREATE TABLE csv_import (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- Imports of one cohort run in this order, which is that of their commits: it is taken under the lock of the cohort.
    position       bigint GENERATED ALWAYS AS IDENTITY,
    project_id     int NOT NULL,
    cohort_id      int NOT NULL REFERENCES cohort(id),
    upload_id      uuid NOT NULL,
    mode           text NOT NULL CHECK (mode IN ('append', 'replace', 'remove')),
    keep_unmatched boolean NOT NULL,
    file_name      text,
    -- Where the ids are: {"separator", "kind", "column", "hasHeader"}.
    layout         jsonb NOT NULL,
    total_bytes    bigint NOT NULL,
    pieces         int NOT NULL,
    -- Its message has come: it may be leased.
    is_wanted      boolean NOT NULL DEFAULT false,
    status         text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'running', 'done', 'failed')),
    phase          text NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'reading', 'finishing', 'ended')),
    -- The account of the rows committed so far, which is the checkpoint too.
    bytes_read     bigint NOT NULL DEFAULT 0,
    rows           int NOT NULL DEFAULT 0,
    matched        int NOT NULL DEFAULT 0,
    unmatched      int NOT NULL DEFAULT 0,
    duplicates     int NOT NULL DEFAULT 0,
    invalid        int NOT NULL DEFAULT 0,
    entered_count  int NOT NULL DEFAULT 0,
    left_count     int NOT NULL DEFAULT 0,
    late_count     int NOT NULL DEFAULT 0,
    -- Whom the rows so far belong to: a bitmap of ordinals.
    persons        bytea,
    persons_count  int NOT NULL DEFAULT 0,
    attempt        int NOT NULL DEFAULT 0,
    leased_until   timestamptz,
    not_before     timestamptz NOT NULL DEFAULT now(),
    created_by_id  int REFERENCES app_user(id),
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at     timestamptz,
    finished_at    timestamptz,
    error_code     text,
    error          text,
    CHECK (rows = matched + unmatched + duplicates + invalid)
  );
  CREATE INDEX csv_import_open ON csv_import (cohort_id, position) WHERE status IN ('waiting', 'running');
  CREATE INDEX csv_import_of_cohort ON csv_import (project_id, cohort_id, position DESC);
  CREATE INDEX csv_import_upload ON csv_import (upload_id);
  -- Rows that put nobody into the cohort, each with its reason: the first 100,000 of each status (docs/decisions/0008).
  CREATE TABLE csv_import_row (
    import_id uuid NOT NULL REFERENCES csv_import(id) ON DELETE CASCADE,
    status    text NOT NULL CHECK (status IN ('unmatched', 'duplicate', 'invalid')),
    line      int NOT NULL,
    value     text NOT NULL,
    reason    text NOT NULL,
    PRIMARY KEY (import_id, status, line)
  );
  -- Ids of nobody that wait for a person.
  CREATE TABLE csv_late_id (
    project_id int NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('person_id', 'distinct_id', 'email')),
    -- As it is compared: emails folded.
    value      text COLLATE "C" NOT NULL,
    cohort_id  int NOT NULL REFERENCES cohort(id),
    import_id  uuid NOT NULL REFERENCES csv_import(id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, kind, value, cohort_id)
  );
  CREATE INDEX csv_late_id_import ON csv_late_id (import_id);
`;
