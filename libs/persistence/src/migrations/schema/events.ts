export const EVENTS = `
  CREATE TABLE event (
    project_id  int NOT NULL,
    uuid        uuid NOT NULL,
    event       text COLLATE "C" NOT NULL,
    -- Null for an event without a person ($process_person_profile: false).
    ordinal     int,
    distinct_id text COLLATE "C" NOT NULL,
    "timestamp" timestamptz NOT NULL,
    properties  jsonb NOT NULL DEFAULT '{}'
  ) PARTITION BY RANGE ("timestamp");
  CREATE TABLE event_default PARTITION OF event DEFAULT;
  CREATE INDEX event_by_time ON event (project_id, event, "timestamp") INCLUDE (ordinal);
  CREATE INDEX event_by_person ON event (project_id, ordinal, event, "timestamp");
  -- Every event counts once, by (project, uuid), for 30 days; apart from event, whose unique keys would have to hold the time.
  CREATE TABLE event_seen (
    project_id int NOT NULL,
    uuid       uuid NOT NULL,
    seen_on    date NOT NULL DEFAULT current_date,
    PRIMARY KEY (project_id, uuid)
  );
  CREATE INDEX event_seen_on ON event_seen USING brin (seen_on);
  CREATE SEQUENCE ingestion_batch;
  -- Who did what on which local day: a day-granular window is a union of these.
  CREATE TABLE activity (
    project_id int NOT NULL,
    event      text COLLATE "C" NOT NULL,
    day        date NOT NULL,
    chunk      int NOT NULL,
    batch      bigint NOT NULL,
    bitmap     bytea NOT NULL,
    PRIMARY KEY (project_id, event, day, chunk, batch)
  );
  ALTER TABLE activity ALTER COLUMN bitmap SET STORAGE EXTERNAL;
`;
