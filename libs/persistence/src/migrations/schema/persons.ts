export const PERSONS = `
  CREATE TABLE person_counter (
    project_id   int PRIMARY KEY REFERENCES project(id),
    next_ordinal int NOT NULL DEFAULT 0
  );
  CREATE TABLE person (
    project_id    int NOT NULL,
    ordinal       int NOT NULL,
    uuid          uuid NOT NULL,
    properties    jsonb NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL,
    is_identified boolean NOT NULL DEFAULT false,
    -- A tombstone keeps uuid and ordinal for ever: bitmaps and messages of the past still name them.
    merged_into   int,
    deleted_at    timestamptz,
    PRIMARY KEY (project_id, ordinal)
  ) WITH (fillfactor = 85);
  CREATE UNIQUE INDEX person_uuid ON person (project_id, uuid);
  CREATE INDEX person_newest ON person (project_id, created_at DESC, ordinal DESC);
  CREATE TABLE person_distinct_id (
    project_id  int NOT NULL,
    distinct_id text COLLATE "C" NOT NULL,
    ordinal     int NOT NULL,
    PRIMARY KEY (project_id, distinct_id)
  );
  CREATE INDEX person_distinct_id_ordinal ON person_distinct_id (project_id, ordinal);
  -- everyone = OR of the born minus OR of the gone; only ever appended to and folded.
  CREATE TABLE person_presence (
    project_id int NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('born', 'gone')),
    chunk      int NOT NULL,
    batch      bigint NOT NULL,
    bitmap     bytea NOT NULL,
    PRIMARY KEY (project_id, kind, chunk, batch)
  );
  ALTER TABLE person_presence ALTER COLUMN bitmap SET STORAGE EXTERNAL;
  -- Whom a transaction touched. A calculation asks which of these its snapshot did not see (pg_visible_in_snapshot).
  CREATE TABLE person_change (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id int NOT NULL,
    xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    persons    bytea NOT NULL
  );
  CREATE INDEX person_change_xid ON person_change (project_id, xid);
`;

/** A project is born with the rows that others lock and count by. */
export const PROJECT_BIRTH = `
  CREATE FUNCTION project_born() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO live_set (project_id) VALUES (NEW.id);
    INSERT INTO person_counter (project_id) VALUES (NEW.id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER project_born AFTER INSERT ON project FOR EACH ROW EXECUTE FUNCTION project_born();
`;
