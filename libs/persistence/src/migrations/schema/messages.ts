export const MESSAGES = `
  -- Columns as Debezium's outbox event router expects them (id, aggregatetype, aggregateid, type, payload).
  CREATE TABLE outbox (
    position      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    aggregatetype text NOT NULL,
    aggregateid   text NOT NULL,
    type          text NOT NULL,
    -- json, not jsonb: it goes out as the text that came in.
    payload       json NOT NULL,
    headers       jsonb NOT NULL DEFAULT '{}',
    project_id    int NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at  timestamptz,
    attempts      int NOT NULL DEFAULT 0,
    last_error    text,
    lease_token   uuid,
    leased_until  timestamptz,
    not_before    timestamptz,
    dead_at       timestamptz
    -- Claims change no indexed column: with room in the page they are HOT updates and leave no index entry to vacuum.
  ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
  -- Not compressed, so that its stored size is the size of the message: claims are bounded in bytes.
  ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL;
  CREATE INDEX outbox_open ON outbox (aggregatetype, aggregateid, position) WHERE published_at IS NULL AND dead_at IS NULL;
  -- "position > 0" is always true: it keeps this index away from queries that do not say it, which look at one key (a queue has no statistics to trust).
  CREATE INDEX outbox_open_position ON outbox (position) WHERE published_at IS NULL AND dead_at IS NULL AND position > 0;
  CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
  CREATE TABLE inbox (
    consumer    text NOT NULL,
    message_id  uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, message_id)
  );
  CREATE INDEX inbox_received ON inbox USING brin (received_at);
`;
